package post

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/instant"
	"juzhen/internal/pg"
)

// Lead names a post of this console that another one passes on: one version of it on one account. It
// stands in the place of the platform's id, which is known only once the lead is out, and belongs to what
// is approved.
type Lead struct {
	Delivery int64     // of the lead
	Version  int64     // the version whose publication is passed on; another one is not
	Until    time.Time // how long it is waited for, to the second
}

// String is the lead as a version holds it: "delivery/12@34 until 2026-12-01T04:00:00Z".
func (l Lead) String() string {
	return fmt.Sprintf("delivery/%d@%d until %s", l.Delivery, l.Version, l.Until.UTC().Format(time.RFC3339))
}

// ReadLead reads what String writes, and nothing else.
func ReadLead(s string) (lead Lead, ok bool) {
	rest, ok := strings.CutPrefix(s, "delivery/")
	if !ok {
		return Lead{}, false
	}
	names, until, _ := strings.Cut(rest, " until ")
	delivery, version, _ := strings.Cut(names, "@")

	var err error
	if lead.Delivery, err = strconv.ParseInt(delivery, 10, 64); err != nil {
		return Lead{}, false
	}
	if lead.Version, err = strconv.ParseInt(version, 10, 64); err != nil {
		return Lead{}, false
	}
	if lead.Until, err = instant.Parse(until, time.RFC3339); err != nil {
		return Lead{}, false
	}
	lead.Until = lead.Until.UTC()

	return lead, lead.String() == s && lead.Delivery > 0 && lead.Version > 0
}

// mayPassOn keeps anybody from typing what names a post of this console: it comes from who has the right
// to ask for it, and stays with the version that has it.
func mayPassOn(content Content, had Version) error {
	if _, ok := ReadLead(content.RepostOf); !ok || content.Lead != nil || content.RepostOf == had.RepostOf {
		return nil
	}
	_, bad := ReadLink("repost", content.RepostOf)

	return bad
}

// Lead gives the post of this console that the version passes on, if it does.
func (v Version) Lead() (Lead, bool) { return ReadLead(v.RepostOf) }

// Original is what pages call the post that is passed on: its platform id, or the address of the delivery
// here of which it is to come; "" for a post of its own.
func (v Version) Original() string {
	if lead, ok := v.Lead(); ok {
		return "/deliveries/" + strconv.FormatInt(lead.Delivery, 10)
	}

	return v.RepostOf
}

// SetRelayTx has the approval of a draft cover what is asked of other accounts with it: digest, or nil for
// nothing. Later versions keep it, and who asks has worked on the version. It checks no right. Fails with
// fault.Conflict on what is no draft.
func SetRelayTx(ctx context.Context, tx pg.Tx, by int64, post Post, digest []byte) (err error) {
	defer fault.Step(&err, "post.SetRelayTx %d", post.ID)

	if post.Phase != Draft && post.Phase != Returned {
		return fault.Conflict("稿件已提交，联动的要求随它一起送审，现在不能改；请先改回草稿")
	}
	_, err = tx.Pgx.Exec(ctx, `
UPDATE post_versions SET relay_digest = @digest,
    editors = CASE WHEN @by = ANY (editors) THEN editors ELSE array_append(editors, @by) END
WHERE id = @version_id`, pgx.NamedArgs{"digest": digest, "by": by, "version_id": post.VersionID})

	return err
}
