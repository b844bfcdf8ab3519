package delivery

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/decision"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// Certificate proves one publication: what was approved by whom, when it was marked and answered, what
// the platform calls it, and what was read back. Version and Reviews hold what belongs to this account
// and to the version that went out, and nothing else: who may see one account's publication has no
// claim on another's wording or on opinions about what never went out.
type Certificate struct {
	Delivery  Delivery
	Post      post.Post
	Version   post.Version
	Text      string // as it was sent
	Hash      string // of the approved request, SHA-256 in hex
	Reviews   []review.Review
	Events    []Event
	Decisions []decision.Decision
	Ignored   []check.Ignored // findings in what was sent that somebody answered for, with why
	PrintedAt time.Time
}

// Certificate gathers the proof of a sent delivery. Fails with fault.Conflict when it is not out.
func (s *Service) Certificate(ctx context.Context, actor access.Actor, id int64) (_ Certificate, err error) {
	defer fault.Step(&err, "delivery.Certificate %d", id)

	certificate := Certificate{PrintedAt: s.now()}
	err = s.db.InTx(ctx, func(tx pg.Tx) (err error) {
		if certificate.Delivery, err = findDelivery(ctx, tx.DB, actor, access.PostView, id); err != nil {
			return err
		}
		if err := ToProve.refuse(actor, certificate.Delivery, Standing{}); err != nil {
			return err
		}
		if certificate.Post, err = post.FindTx(
			ctx,
			tx,
			access.System("certificate"),
			access.PostView,
			certificate.Delivery.PostID,
		); err != nil {
			return err
		}
		if certificate.Version, err = post.VersionTx(ctx, tx, certificate.Delivery.VersionID); err != nil {
			return err
		}
		if certificate.Events, err = eventsOf(ctx, tx.DB, id); err != nil {
			return err
		}
		if certificate.Decisions, err = decision.OfDeliveryTx(ctx, tx, id); err != nil {
			return err
		}
		certificate.Reviews, err = review.OfPostTx(ctx, tx, certificate.Delivery.PostID)

		return err
	})
	if err != nil {
		return Certificate{}, err
	}
	if s.checks != nil {
		if certificate.Ignored, err = s.checks.OfVersion(ctx, certificate.Version.ID); err != nil {
			return Certificate{}, err
		}
	}
	certificate.narrow()
	certificate.Hash = hex.EncodeToString(certificate.Delivery.ApprovedHash)

	return certificate, nil
}

// narrow leaves what the one account sent, and the reviews of that version.
func (c *Certificate) narrow() {
	own, ok := c.Version.Target(c.Delivery.AccountID)
	if ok {
		c.Text = own.TextOf(c.Version)
	}

	// Of another wording nothing is told: a finding of the common text is this account's where it has that.
	c.Ignored = slices.DeleteFunc(c.Ignored, func(ignored check.Ignored) bool {
		common := ignored.AccountID == 0 && (own.Variant == nil || ignored.End == 0)
		return ignored.Reason == "" || !common && ignored.AccountID != c.Delivery.AccountID
	})
	c.Version.Text = c.Text
	c.Version.Targets = slices.DeleteFunc(
		c.Version.Targets,
		func(target post.Target) bool { return target.AccountID != c.Delivery.AccountID },
	)
	c.Reviews = slices.DeleteFunc(
		c.Reviews,
		func(r review.Review) bool { return r.VersionID != c.Version.ID },
	)
}

// URL is where citizens see the post; "" while that is not known.
func (d Delivery) URL() string {
	switch {
	case d.RemoteURL != nil && webAddress(*d.RemoteURL):
		return *d.RemoteURL
	case d.RemoteID != nil && d.AccountUID != "":
		return "https://weibo.com/" + d.AccountUID + "/" + post.EncodeMID(*d.RemoteID)
	}

	return ""
}

// webAddress tells whether an address can be followed: http and https only, whatever an older version kept.
func webAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}
