package post

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/column"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/media"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// homeOf is the unit of a post that names none: the writer's own where that covers the accounts it goes
// to, else the lowest that does. Accounts that are not the writer's choose nothing.
func homeOf(ctx context.Context, tx pg.Tx, actor access.Actor, targets []TargetChoice) (int64, error) {
	accounts, err := account.FindManyTx(ctx, tx, accountsOf(targets))
	if err != nil {
		return 0, err
	}

	var paths []string

	for _, account := range accounts {
		if actor.CanAt(access.PostWrite, account.UnitPath) {
			paths = append(paths, account.UnitPath)
		}
	}
	if len(targets) > 0 && len(paths) == 0 {
		return 0, errOutside()
	}
	unitID, err := identity.HomeTx(ctx, tx, actor, access.PostWrite, paths)
	if err == nil && unitID == 0 {
		err = errOutside()
	}

	return unitID, err
}

func errOutside() error {
	return fault.Invalid("accounts", "所选账号不在稿件所在单位之内，请重新选择")
}

func accountsOf(targets []TargetChoice) []int64 {
	ids := make([]int64, len(targets))
	for i, target := range targets {
		ids[i] = target.AccountID
	}

	return ids
}

// mayUse checks accounts, pictures and the corrected post: all must be the actor's to use, accounts at
// or below the post's unit, so that whoever reviews for the unit answers for each of them. had are the
// pictures the post holds already.
func mayUse(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	path string,
	content Content,
	had []VersionMedia,
) error {
	ids := accountsOf(content.Targets)
	accounts, err := account.FindManyTx(ctx, tx, ids)
	if err != nil {
		return err
	}
	if err := refuseOutside(actor, path, ids, accounts); err != nil {
		return err
	}
	if err := mayShow(ctx, tx, actor, content.Media, had); err != nil {
		return err
	}
	if content.Corrects == nil {
		return nil
	}
	_, err = FindTx(ctx, tx, actor, access.PostView, *content.Corrects)

	return err
}

// refuseOutside refuses accounts that a post of the unit at path may not use, and names those that the
// actor may know of.
func refuseOutside(actor access.Actor, path string, ids []int64, accounts map[int64]account.Account) error {
	var names []string
	outside := 0

	for _, id := range ids {
		a, ok := accounts[id]
		if ok && within(a.UnitPath, path) && actor.CanAt(access.PostWrite, a.UnitPath) {
			continue
		}
		outside++
		if ok && len(names) < mostNamed && actor.CanAt(access.AccountView, a.UnitPath) {
			names = append(names, a.At())
		}
	}

	switch {
	case outside == 0:
		return nil
	case len(names) == 0:
		return errOutside()
	case len(names) < outside:
		return fault.Invalid(
			"accounts",
			"所选账号中有 {.n} 个不在稿件所在单位之内，请取消选择：{.names} 等",
			"n",
			outside,
			"names",
			strings.Join(names, " "),
		)
	}

	return fault.Invalid(
		"accounts",
		"所选账号中有 {.n} 个不在稿件所在单位之内，请取消选择：{.names}",
		"n",
		outside,
		"names",
		strings.Join(names, " "),
	)
}

// mayBeIn looks whether a post of the unit at path may be in a column. The one it is in already may have
// been switched off meanwhile.
func mayBeIn(ctx context.Context, tx pg.Tx, path string, columnID, had int64) error {
	if columnID == 0 || columnID == had {
		return nil
	}
	_, err := column.HoldsTx(ctx, tx, columnID, path)

	return err
}

func within(path, unit string) bool { return len(path) >= len(unit) && path[:len(unit)] == unit }

// mayShow lets an actor put the pictures of units they may see into a post. One that the post holds
// already stays: whoever sees the post sees it anyway.
func mayShow(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	choices []MediaChoice,
	had []VersionMedia,
) error {
	ids := make([]int64, len(choices))
	for i, mediaChoice := range choices {
		ids[i] = mediaChoice.MediaID
	}
	pictures, err := media.LoadTx(ctx, tx, ids)
	if err != nil {
		return err
	}
	foreign := func(m media.Media) bool {
		return !actor.CanAt(access.PostView, m.UnitPath) &&
			!slices.ContainsFunc(
				had,
				func(versionMedia VersionMedia) bool { return versionMedia.MediaID == m.ID },
			)
	}
	if slices.ContainsFunc(pictures, foreign) {
		return fault.Invalid("media", "所选图片已不可用，请删除后重新上传")
	}

	return nil
}

// unitOf is the unit a draft is to belong to: the one it has, or another in which the actor may write
// as well.
func (s *Service) unitOf(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	post Post,
	content Content,
) (org.Unit, error) {
	if content.UnitID == 0 || content.UnitID == post.UnitID {
		return org.Unit{ID: post.UnitID, Name: post.UnitName, Path: post.UnitPath}, nil
	}
	if !post.MayMove() {
		return org.Unit{}, fault.Conflict("提交过审核的稿件不能换单位")
	}
	to, err := org.Of(ctx, tx.DB, content.UnitID)
	if err != nil && !fault.Is(err, fault.KindNotFound) {
		return org.Unit{}, err
	}
	if err != nil || !actor.CanAt(access.PostWrite, to.Path) {
		return org.Unit{}, fault.Invalid("unit", "您不能为这个单位写稿，请另选单位")
	}

	return to, nil
}

// moved does what belongs to a move beside the row of the post: its pictures go along, the old unit's
// pages hear that it left, and the trail of each unit says from where and to where.
func (s *Service) moved(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	post Post,
	to org.Unit,
	content Content,
) error {
	ids := make([]int64, len(content.Media))
	for i, mediaChoice := range content.Media {
		ids[i] = mediaChoice.MediaID
	}
	pictures, err := media.MoveTx(ctx, tx, ids, post.ID, post.UnitID, to.ID)
	if err != nil {
		return fmt.Errorf("move pictures: %w", err)
	}
	if err := tellLeft(ctx, tx.DB, post); err != nil {
		return fmt.Errorf("tell the old unit: %w", err)
	}

	// Who reads the trail of a unit reads that of the units below it: one entry does where one unit
	// lies in the other.
	paths := []string{post.UnitPath, to.Path}
	switch {
	case within(post.UnitPath, to.Path):
		paths = paths[:1]
	case within(to.Path, post.UnitPath):
		paths = paths[1:]
	}
	detail := map[string]any{
		"from":         post.UnitName,
		"from_unit_id": post.UnitID,
		"to":           to.Name,
		"to_unit_id":   to.ID,
	}
	if len(pictures) > 0 {
		detail["media_ids"] = pictures
	}

	for _, path := range paths {
		if err := audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: s.now(), Action: actMove, Subject: post.Ref(), UnitPath: path,
			Detail: detail,
		}); err != nil {
			return err
		}
	}

	return nil
}
