package post

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/weibo"
)

// PayloadFor is the request that would post v to t's account, without token and delivery id. Its
// pictures carry hashes, no bytes. It fails when the account has no connector we know.
func PayloadFor(version Version, target Target) (weibo.Payload, error) {
	mode := weibo.Mode(target.Account.Connector)
	if !slices.Contains([]weibo.Mode{weibo.Commercial, weibo.Public, weibo.Manual}, mode) {
		return weibo.Payload{}, fmt.Errorf(
			"payload of account %d: unknown connector %q",
			target.AccountID,
			mode,
		)
	}

	draft := weibo.Draft{
		Text:     target.TextOf(version),
		RepostID: version.RepostOf,
		Visible:  weibo.Visible(version.Visible),
		ReplyTo:  version.ReplyTo.ReplyTo,
	}
	if _, ok := version.Lead(); ok {
		draft.RepostID, draft.Lead = "", version.RepostOf
	}

	for _, versionMedia := range version.Media {
		draft.Pictures = append(draft.Pictures, weibo.Picture{
			SHA256: versionMedia.Media.Hash(),
			Size:   versionMedia.Media.Bytes,
			Type:   versionMedia.Media.MIME,
		})
	}

	return weibo.Build(mode, draft), nil
}

// Ability is what the way an account is connected can do, for pages that say so.
func Ability(connector account.Connector) weibo.Capability {
	return weibo.Capabilities(weibo.Mode(connector))
}

// Length counts a text as Weibo does, in Chinese characters.
func Length(text string) int { return weibo.Length(text) }

// Problem is something that keeps a post from going out, with the accounts it concerns; none when it
// concerns the post itself.
type Problem struct {
	Fault    *fault.Error
	Accounts []account.Account
}

// Problems is all that keeps a post from being submitted.
type Problems []Problem

// Err gives the faults for a form; nil when there are none.
func (ps Problems) Err() error {
	var fields fault.Fields
	for _, problem := range ps {
		fields.Add(problem.Fault)
	}

	return fields.Err()
}

// At gives the problems of one form field.
func (ps Problems) At(field string) Problems {
	var out Problems

	for _, problem := range ps {
		if problem.Fault.Field == field {
			out = append(out, problem)
		}
	}

	return out
}

// add joins the same problem of several accounts into one.
func (ps *Problems) add(failure *fault.Error, accounts ...account.Account) {
	for i, problem := range *ps {
		if problem.Fault.Field == failure.Field && problem.Fault.Plain() == failure.Plain() {
			(*ps)[i].Accounts = append(problem.Accounts, accounts...)
			return
		}
	}
	*ps = append(*ps, Problem{Fault: failure, Accounts: accounts})
}

// Check finds everything that keeps version v of p from being submitted at the instant at, account by
// account as each connector would judge it. The same finding for several accounts is told once.
func Check(post Post, version Version, rules weibo.Rules, at time.Time) Problems {
	var ps Problems
	version = version.Declared()
	if len(version.Targets) == 0 {
		ps.add(fault.Invalid("accounts", "请至少选择一个账号"))
		if strings.TrimSpace(version.Text) == "" && version.RepostOf == "" {
			ps.add(fault.Invalid("text", "请填写正文"))
		}
	}

	for _, target := range version.Targets {
		checkTarget(&ps, post, version, target, rules)
		if target.Variant != nil {
			checkSeen(&ps, target.Field(), *target.Variant, target.Account)
		}
	}
	checkSeen(&ps, "text", version.Text)
	if _, failure := ParseRepost(version.RepostOf); failure != nil {
		ps.add(failure)
	}

	for i, versionMedia := range version.Media {
		if versionMedia.Media.ID == 0 {
			ps.add(fault.Invalid("media", "第 {.i} 张图片已不可用，请删除后重新上传", "i", i+1))
		}
		if versionMedia.Media.Label != "" && !version.Generated.Pictures {
			ps.add(fault.Invalid("generated", "第 {.i} 张图片带有AI生成标识，请勾选“图片由AI生成”", "i", i+1).
				WithCode(CodeUndeclared))
		}
	}
	if failure := checkDue(post, at); failure != nil {
		ps.add(failure)
	}
	if failure := checkUntil(post, version, at); failure != nil {
		ps.add(failure)
	}

	return ps
}

func checkTarget(ps *Problems, post Post, version Version, target Target, rules weibo.Rules) {
	switch {
	case target.Account.State != account.Live:
		ps.add(fault.Invalid("accounts", "账号不在运行中，不能发布，请取消选择"), target.Account)
	case !strings.HasPrefix(target.Account.UnitPath, post.UnitPath):
		ps.add(fault.Invalid("accounts", "账号不属于稿件所在单位，请取消选择"), target.Account)
	}
	payload, err := PayloadFor(version, target)
	if err != nil {
		ps.add(fault.Invalid("accounts", "账号的连接方式未知，请联系管理员"), target.Account)
		return
	}

	for _, failure := range weibo.CheckPayload(payload, rules) {
		if _, bad := ParseRepost(version.RepostOf); bad != nil && failure.Field == "repost" {
			continue // told once, for the post
		}
		here := *failure
		here.Field = formField(failure.Field, target)
		ps.add(&here, target.Account)
	}
}

// CodeUnseen is the code of the problem that a text holds characters that cannot be seen.
const CodeUnseen = "unseen"

// checkSeen refuses characters that cannot be seen: a text with a mark of direction reads otherwise
// than it is stored, and a blank without width hides inside a word. docs/security.md names them.
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
	problem := fault.Invalid(field, said,
		"place", first.At,
		"name", first.Name(),
		"n", len(found),
	).WithCode(CodeUnseen)
	ps.add(problem, accounts...)
}

// formField is where the form shows what the connector found.
func formField(field string, target Target) string {
	switch field {
	case "text":
		return target.Field()
	case "pictures":
		return "media"
	case "mode":
		return "accounts"
	}

	return field
}

// LastYear bounds due times: what lies behind it is a slip of the hand, and the last years cannot be
// written as JSON.
const LastYear = 2100

// TooFar refuses a due time behind LastYear.
var TooFar = fault.Invalid("due", "发布时间不能晚于 {.n} 年", "n", "2100")

func checkDue(post Post, at time.Time) *fault.Error {
	switch {
	case post.DueNow:
		return nil
	case post.DueAt == nil:
		return fault.Invalid("due", "请选择发布时间，或选“批准后立即发布”")
	case !post.DueAt.After(at):
		return fault.Invalid("due", "发布时间已过，请改为将来的时间，或选“批准后立即发布”")
	case post.DueAt.Year() > LastYear:
		return TooFar
	}

	return nil
}
