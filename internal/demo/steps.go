package demo

import (
	"context"
	"fmt"
	"slices"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/delivery"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// noticeColumn is what the notice belongs to; its posts, and no others, pass 三审三校.
const noticeColumn = "空气质量"

// steps are who decides the steps of 三审三校, in order.
var steps = []string{"chushen", "shenhe", "zhuguan"}

// column finds the column of the notice.
func (s *Show) column(ctx context.Context, officer access.Actor) (int64, error) {
	columns, err := s.Services.Columns.For(ctx, officer, s.Matrix.Root.ID)
	if err != nil {
		return 0, err
	}

	for _, column := range columns {
		if column.Name == noticeColumn {
			return column.ID, nil
		}
	}

	return 0, fmt.Errorf("there is no column %s", noticeColumn)
}

// threeSteps has the administrator ask that the column of the notice passes 三审三校, and the supervisor
// confirm it. Where it does already nothing is changed.
func (s *Show) threeSteps(ctx context.Context) error {
	asker, err := s.signIn(ctx, "guanli")
	if err != nil {
		return err
	}
	second, err := s.signIn(ctx, "zhuguan")
	if err != nil {
		return err
	}
	officer, err := s.signIn(ctx, "xuanchuan")
	if err != nil {
		return err
	}
	column, err := s.column(ctx, officer)
	if err != nil {
		return err
	}
	chains, err := s.Services.Chains.List(ctx, asker)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(chains, func(c chain.Chain) bool { return c.Shipped == "three" })
	if i < 0 || chains[i].Now == nil {
		return fmt.Errorf("三审三校 did not come with the program")
	}
	three := chains[i]
	if three.Now.Active || three.Asked != nil { // by an earlier run, or as somebody set it since
		return nil
	}

	asked, err := s.Services.Chains.Ask(ctx, asker, three.ID, chain.Draft{
		Version: three.Last, Name: three.Now.Name, Active: true,
		When: chain.When{Columns: []int64{column}}, Steps: three.Now.Steps,
	})
	if err != nil {
		return err
	}
	if _, err := s.Services.Chains.Confirm(ctx, second, three.ID, asked.Asked.Number); err != nil {
		return err
	}
	s.say("栏目“%s”启用三审三校：系统管理员申请，值班主管确认；其他稿件仍是一审", noticeColumn)

	return nil
}

// approve has the open steps of a post decided, each by its own person, with every item ticked.
func (s *Show) approve(ctx context.Context, id int64) (post.Version, error) {
	var version post.Version

	for _, username := range steps {
		actor, err := s.signIn(ctx, username)
		if err != nil {
			return version, err
		}
		standing, _, err := s.Services.Reviews.Standing(ctx, actor, id)
		if err != nil {
			return version, err
		}
		open := standing.Run.Open()
		if open == nil {
			break
		}
		if standing.Why != nil { // an earlier step by the chain as somebody changed it since
			continue
		}
		if _, version, err = s.Services.Posts.Find(ctx, actor, id); err != nil {
			return version, err
		}
		if _, err := s.Services.Deliveries.Review(ctx, actor, id, delivery.Verdict{
			Version:  version.Number,
			Hash:     version.Hash,
			Step:     open.Number,
			Decision: review.Approve,
			Opinion:  "内容属实，同意发布",
			Ticked:   open.Items,
		}); err != nil {
			return version, err
		}
		s.say("%s：%s通过", open.Name, actor.Name)
	}

	return version, nil
}
