package posts

import (
	"context"
	"encoding/hex"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// edition is what an editor makes of a version under review.
type edition struct {
	Version  int        `json:"version" minimum:"1" maximum:"2147483647" doc:"所编辑的版本号"`
	Hash     string     `json:"hash" pattern:"^[0-9a-f]{64}$" doc:"所审版本的摘要"`
	Step     int        `json:"step,omitempty" minimum:"0" maximum:"6" doc:"所审的步骤，从 1 起；不填为轮到您的一步"`
	Text     string     `json:"text" maxLength:"5000" doc:"通用正文"`
	Variants []Variant  `json:"variants,omitempty" maxItems:"5000" doc:"账号单独的文案；没有列出的不变"`
	Alts     []mediaAlt `json:"alts,omitempty" maxItems:"18" doc:"图片说明；没有列出的不变"`
	Opinion  string     `json:"opinion,omitempty" maxLength:"500" doc:"编辑说明"`
}

type editionAnswer struct {
	Changed bool `json:"changed" doc:"有没有改动；没有改动就转下一步"`
}

func (a *api) editInReview(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body edition
}) (*rest.Out[editionAnswer], error) {
	b := in.Body
	hash, err := hex.DecodeString(b.Hash)
	if err != nil {
		return nil, fault.Invalid("hash", "格式不正确").With(err)
	}

	words := post.Edition{Text: b.Text, Variants: map[int64]string{}, Alts: map[int64]string{}}

	for _, own := range b.Variants {
		words.Variants[own.AccountID] = own.Text
	}

	for _, described := range b.Alts {
		words.Alts[described.MediaID] = described.Alt
	}

	changed, err := a.Deliveries.Edit(ctx, who, in.ID, delivery.Edited{
		Version: b.Version, Hash: hash, Step: b.Step, Words: words, Opinion: b.Opinion,
	})

	return &rest.Out[editionAnswer]{Body: editionAnswer{changed}}, err
}
