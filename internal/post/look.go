package post

import (
	"context"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/link"
	"juzhen/internal/pg"
)

// MayLookAgain tells whether the actor may have the links of the post looked at again: whoever writes or
// reviews in its unit.
func (p Post) MayLookAgain(actor access.Actor) bool {
	return actor.CanAt(access.PostWrite, p.UnitPath) || actor.CanAt(access.PostReview, p.UnitPath)
}

// LookAgain has the links of a post's current version looked at again at once, by a job, and tells at how
// many it will look. Fails with fault.NotFound outside of the actor's units, with fault.Forbidden by
// MayLookAgain, with fault.Conflict where there is no link, and with fault.TooMany where all were looked at
// within the last minute, for whomever.
func (s *Service) LookAgain(ctx context.Context, actor access.Actor, id int64) (links int, err error) {
	defer fault.Step(&err, "post.LookAgain %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		post, err := FindTx(ctx, tx, actor, access.PostView, id)
		if err != nil {
			return err
		}
		if !post.MayLookAgain(actor) {
			return fault.Forbidden("写稿和审核的人才能重新查看链接")
		}
		version, err := findVersion(ctx, tx, post.VersionID)
		if err != nil {
			return err
		}

		asked, of, err := link.AgainTx(ctx, tx, s.now(), id, version.Texts()...)
		switch {
		case err != nil:
			return err
		case of == 0:
			return fault.Conflict("这一版没有链接")
		case asked == 0:
			return fault.TooMany("这些链接一分钟内刚看过，请稍后再看")
		}
		links = asked

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: s.now(), Action: actLook, Subject: post.Ref(), UnitPath: post.UnitPath,
			Detail: map[string]any{"links": asked},
		})
	})

	return links, err
}
