package post

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/weibo"
)

// PayloadFor is the request that would post v to t's account, without token and delivery id. Its pictures carry hashes, no bytes.
// It fails when the account has no connector we know.
func PayloadFor(v Version, t Target) (weibo.Payload, error) {
	mode := weibo.Mode(t.Account.Connector)
	if !slices.Contains([]weibo.Mode{weibo.Commercial, weibo.Public, weibo.Manual}, mode) {
		return weibo.Payload{}, fmt.Errorf("payload of account %d: unknown connector %q", t.AccountID, mode)
	}
	d := weibo.Draft{Text: t.TextOf(v), RepostID: v.RepostOf, Visible: weibo.Visible(v.Visible)}
	for _, m := range v.Media {
		d.Pictures = append(d.Pictures, weibo.Picture{SHA256: m.Media.Hash(), Size: m.Media.Bytes, Type: m.Media.MIME})
	}
	return weibo.Build(mode, d), nil
}

// Ability is what the way an account is connected can do, for pages that say so.
func Ability(c account.Connector) weibo.Capability { return weibo.Capabilities(weibo.Mode(c)) }

// Length counts a text as Weibo does, in Chinese characters.
func Length(text string) int { return weibo.Length(text) }

// Problem is something that keeps a post from going out, with the accounts it concerns; none when it concerns the post itself.
type Problem struct {
	Fault    *fault.Error
	Accounts []account.Account
}

// Problems is all that keeps a post from being submitted.
type Problems []Problem

// Err gives the faults for a form; nil when there are none.
func (ps Problems) Err() error {
	var f fault.Fields
	for _, p := range ps {
		f.Add(p.Fault)
	}
	return f.Err()
}

// At gives the problems of one form field.
func (ps Problems) At(field string) Problems {
	var out Problems
	for _, p := range ps {
		if p.Fault.Field == field {
			out = append(out, p)
		}
	}
	return out
}

// add joins the same problem of several accounts into one.
func (ps *Problems) add(f *fault.Error, accounts ...account.Account) {
	for i, p := range *ps {
		if p.Fault.Field == f.Field && p.Fault.Plain() == f.Plain() {
			(*ps)[i].Accounts = append(p.Accounts, accounts...)
			return
		}
	}
	*ps = append(*ps, Problem{Fault: f, Accounts: accounts})
}

// Check finds everything that keeps version v of p from being submitted at the instant at, account by account as each
// connector would judge it. The same finding for several accounts is told once.
func Check(p Post, v Version, rules weibo.Rules, at time.Time) Problems {
	var ps Problems
	if len(v.Targets) == 0 {
		ps.add(fault.Invalid("accounts", "请至少选择一个账号"))
		if strings.TrimSpace(v.Text) == "" && v.RepostOf == "" {
			ps.add(fault.Invalid("text", "请填写正文"))
		}
	}
	for _, t := range v.Targets {
		checkTarget(&ps, p, v, t, rules)
		if t.Variant != nil {
			checkSeen(&ps, t.Field(), *t.Variant, t.Account)
		}
	}
	checkSeen(&ps, "text", v.Text)
	if _, f := ParseRepost(v.RepostOf); f != nil {
		ps.add(f)
	}
	for i, m := range v.Media {
		if m.Media.ID == 0 {
			ps.add(fault.Invalid("media", "第 {.i} 张图片已不可用，请删除后重新上传", "i", i+1))
		}
	}
	if f := checkDue(p, at); f != nil {
		ps.add(f)
	}
	return ps
}

func checkTarget(ps *Problems, p Post, v Version, t Target, rules weibo.Rules) {
	switch {
	case t.Account.State != account.Live:
		ps.add(fault.Invalid("accounts", "账号不在运行中，不能发布，请取消选择"), t.Account)
	case !strings.HasPrefix(t.Account.UnitPath, p.UnitPath):
		ps.add(fault.Invalid("accounts", "账号不属于稿件所在单位，请取消选择"), t.Account)
	}
	payload, err := PayloadFor(v, t)
	if err != nil {
		ps.add(fault.Invalid("accounts", "账号的连接方式未知，请联系管理员"), t.Account)
		return
	}
	for _, f := range weibo.CheckPayload(payload, rules) {
		if _, bad := ParseRepost(v.RepostOf); bad != nil && f.Field == "repost" {
			continue // told once, for the post
		}
		here := *f
		here.Field = formField(f.Field, t)
		ps.add(&here, t.Account)
	}
}

// CodeUnseen is the code of the problem that a text holds characters that cannot be seen.
const CodeUnseen = "unseen"

// checkSeen refuses characters that cannot be seen: a text with a mark of direction reads otherwise than it is stored, and a
// blank without width hides inside a word. docs/security.md names them.
func checkSeen(ps *Problems, field, text string, accounts ...account.Account) {
	found := glyph.Find(text)
	if len(found) == 0 {
		return
	}

	first := found[0]
	said := "第 {.place} 个字之后有看不见的字符 {.name}，共 {.n} 处。请按“去掉看不见的字符”，再核对一遍"
	if slices.ContainsFunc(found, glyph.Unseen.Direction) {
		said = "第 {.place} 个字之后有改变文字方向的字符 {.name}，看到的会与发出的不同，共 {.n} 处。请按“去掉看不见的字符”，再核对一遍"
		first = found[slices.IndexFunc(found, glyph.Unseen.Direction)]
	}
	problem := fault.Invalid(field, said, "place", first.At, "name", first.Name(), "n", len(found)).WithCode(CodeUnseen)
	ps.add(problem, accounts...)
}

// formField is where the form shows what the connector found.
func formField(field string, t Target) string {
	switch field {
	case "text":
		return t.Field()
	case "pictures":
		return "media"
	case "mode":
		return "accounts"
	}
	return field
}

// LastYear bounds due times: what lies behind it is a slip of the hand, and the last years cannot be written as JSON.
const LastYear = 2100

// TooFar refuses a due time behind LastYear.
var TooFar = fault.Invalid("due", "发布时间不能晚于 {.n} 年", "n", "2100")

func checkDue(p Post, at time.Time) *fault.Error {
	switch {
	case p.DueNow:
		return nil
	case p.DueAt == nil:
		return fault.Invalid("due", "请选择发布时间，或选“批准后立即发布”")
	case !p.DueAt.After(at):
		return fault.Invalid("due", "发布时间已过，请改为将来的时间，或选“批准后立即发布”")
	case p.DueAt.Year() > LastYear:
		return TooFar
	}
	return nil
}

// approvalHash seals what a reviewer sees: SHA-256 over one line "account payload-hash" per account, in the order of account
// ids. The account belongs to it: two accounts whose wordings are exchanged are another matter.
func approvalHash(targets []Target) []byte {
	sorted := slices.Clone(targets)
	slices.SortFunc(sorted, func(a, b Target) int { return int(a.AccountID - b.AccountID) })
	var b bytes.Buffer
	b.WriteString("juzhen approval 1\n")
	for _, t := range sorted {
		fmt.Fprintf(&b, "%d %x\n", t.AccountID, t.PayloadHash)
	}
	sum := sha256.Sum256(b.Bytes())
	return sum[:]
}

// seal computes the payload hash of every target and the approval hash of the version.
func seal(v *Version) error {
	for i, t := range v.Targets {
		p, err := PayloadFor(*v, t)
		if err != nil {
			return err
		}
		if v.Targets[i].PayloadHash, err = hex.DecodeString(p.Hash()); err != nil {
			return fmt.Errorf("payload hash: %w", err)
		}
	}
	v.Hash = approvalHash(v.Targets)
	return nil
}
