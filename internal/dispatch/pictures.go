package dispatch

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"juzhen/internal/blob"
	"juzhen/internal/delivery"
	"juzhen/internal/post"
	"juzhen/internal/weibo"
)

// withBytes puts the picture itself into a request that carries it.
func (e *Engine) withBytes(
	ctx context.Context,
	payload weibo.Payload,
	version post.Version,
	target post.Target,
	hash []byte,
) (weibo.Payload, []byte, *delivery.Change) {
	pics, err := e.pictures(ctx, payload)
	if err != nil {
		trouble := e.pictureTrouble(err)
		return payload, nil, &trouble
	}

	return weibo.Build(payload.Mode(), weibo.Draft{
		Text:     target.TextOf(version),
		RepostID: version.RepostOf,
		Visible:  weibo.Visible(version.Visible),
		Pictures: pics,
	}), hash, nil
}

// pictures loads the bytes of a request's pictures; NewPicture hashes them, so that what is sent is
// what was hashed.
func (e *Engine) pictures(ctx context.Context, payload weibo.Payload) ([]weibo.Picture, error) {
	var out []weibo.Picture

	for _, want := range payload.Pictures() {
		sum, err := hex.DecodeString(want.SHA256)
		if err != nil {
			return nil, err
		}
		data, err := e.o.Media.Bytes(ctx, sum)
		if err != nil {
			return nil, err
		}
		out = append(out, weibo.NewPicture(data))
	}

	return out, nil
}

// upload hands pictures to the platform ahead of their post; nobody sees them before it. A picture the
// platform does not want fails the delivery, anything else is tried again.
func (e *Engine) upload(d delivery.Delivery, it *item) {
	defer e.work.Done()

	pics, err := e.pictures(e.soft, it.payload)
	for i := 0; err == nil && i < len(pics); i++ {
		var id string
		if id, err = e.o.Weibo.UploadPicture(e.soft, it.token, pics[i]); err == nil {
			it.pics = append(it.pics, id)
		}
	}
	if err == nil {
		e.setReady(e.hard, []*item{it})
		return
	}
	e.report(e.hard, d, e.pictureTrouble(err))
}

func (e *Engine) pictureTrouble(err error) delivery.Change {
	var w *weibo.Error
	if errors.Is(err, blob.ErrDamaged) { // the approved bytes are no more: surely not these
		return *heldBy(delivery.HashDiffers)
	}
	if !errors.As(err, &w) {
		return *retryPicture(e.clk.Now())
	}
	now := e.clk.Now()

	switch w.Class {
	case weibo.ClassEdit, weibo.ClassNever, weibo.ClassConfig, weibo.ClassHuman:
		return delivery.Change{
			To:    delivery.Failed,
			Code:  delivery.PictureRefused,
			Raise: delivery.TodoProblem,
			Args:  delivery.Args{"text": w.Text},
		}
	case weibo.ClassToken, weibo.ClassSlow:
		change := delivery.AfterCall(delivery.Delivery{State: delivery.Preparing}, weibo.Outcome{
			Result: weibo.NotPublished,
			Code:   w.Code,
			Err:    w,
		}, e.del, now)
		change.Turn, change.CallEnded = delivery.TurnKept, nil

		return change
	}

	return *retryPicture(now)
}

func retryPicture(now time.Time) *delivery.Change {
	again := now.Add(5 * time.Second)

	return &delivery.Change{
		To:        delivery.Waiting,
		Code:      delivery.PictureWaits,
		NotBefore: &again,
		Raise:     delivery.TodoProblem,
	}
}
