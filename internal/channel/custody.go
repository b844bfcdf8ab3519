package channel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"juzhen/internal/courier"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/seal"
)

// use is what the seal binds the secrets of channels to, beside their row.
const use = "notice channel"

func bind(id int64) string { return fmt.Sprintf("channel/%d", id) }

// sealSecret seals what was written, and tells whether anything was. What was left empty stays as it is.
func (s *Service) sealSecret(ctx context.Context, tx pg.Tx, edit Edit, isNew bool) (fresh bool, err error) {
	robot := edit.Kind != Mail
	if !isNew && edit.Secret == "" && (!robot || edit.Address == "") {
		return false, nil
	}
	var kept secret
	if !isNew {
		if kept, err = s.open(ctx, tx.DB, edit.ID); err != nil {
			kept = secret{} // of another key: all of it is written anew
		}
	}
	if robot && edit.Address != "" {
		kept.Address = edit.Address.Reveal()
	}
	if edit.Secret != "" {
		kept.Secret = edit.Secret.Reveal()
	}
	if robot && (kept.Address == "" || edit.Kind.Signs() && kept.Secret == "") {
		return false, fault.Invalid("address", "原来的密钥已无法读取，请把地址和密钥都重新填写")
	}
	plain, err := json.Marshal(kept)
	if err != nil {
		return false, err
	}
	sealed, err := s.opt.Box.Seal(use, bind(edit.ID), plain)
	if err != nil {
		return false, err
	}
	place, hint := edit.Address.Reveal(), ""
	if robot {
		place, hint = hostOf(kept.Address), hintOf(kept.Address)
	}

	return true, writeSecret(ctx, tx.DB, edit.ID, place, hint, sealed, s.now())
}

// isSealed tells whether what is sealed was sealed with a key that is not here.
func isSealed(err error) bool { return errors.Is(err, seal.ErrKey) || errors.Is(err, seal.ErrOpen) }

// robot is the robot of a channel, with what is sealed.
func (s *Service) robot(one Channel, opened secret) courier.Robot {
	return courier.Robot{
		Kind: courier.Kind(
			one.Kind,
		),
		Address: seal.Secret(opened.Address),
		Secret:  seal.Secret(opened.Secret),
	}
}

// server is the mail server of a channel, with what is sealed.
func (s *Service) server(one Channel, opened secret) courier.Server {
	if one.Place == "" {
		return s.opt.Courier.Relay()
	}

	return courier.Server{
		Address: one.Place, User: one.Login, Password: seal.Secret(opened.Secret), From: one.Sender,
		Security: one.Security,
	}
}
