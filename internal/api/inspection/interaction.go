package inspection

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/beijing"
	"juzhen/internal/inspect"
)

// InteractionAnswer is what was found at a question of the checklist of interaction.
type InteractionAnswer struct {
	Question string `json:"question" doc:"comments 评论、messages 私信、auto_reply 自动回复、menu 菜单"`
	Given    string `json:"given" enum:"yes,no,none" doc:"none 为不适用，只有自动回复和菜单可以"`
	Evidence string `json:"evidence,omitempty" maxLength:"1000" doc:"看到什么；不适用的以外，文字、网址、图片至少一样"`
	Link     string `json:"link,omitempty" maxLength:"500"`
}

// InteractionAnswered is an answer as it is kept.
type InteractionAnswered struct {
	InteractionAnswer
	Picture bool `json:"picture" doc:"有图片；图片在检查页上看"`
}

// InteractionChange is a question that is answered otherwise than the time before.
type InteractionChange struct {
	Question string `json:"question"`
	From     string `json:"from"`
	To       string `json:"to"`
}

// InteractionCheck is a checklist as it was written.
type InteractionCheck struct {
	Number  int                   `json:"number" doc:"这个账号的第几次"`
	On      string                `json:"on" format:"date"`
	Next    string                `json:"next" format:"date" doc:"下次不晚于"`
	By      string                `json:"by"`
	At      time.Time             `json:"at"`
	Note    string                `json:"note"`
	Answers []InteractionAnswered `json:"answers" nullable:"false"`
	Changes []InteractionChange   `json:"changes" nullable:"false" doc:"与上一次不同的"`
}

// InteractionChecks are the checklists of an account.
type InteractionChecks struct {
	rest.Written
	AccountID int64              `json:"account_id"`
	Handle    string             `json:"handle"`
	Number    int                `json:"number" doc:"最近一次是第几次；登记时写所看到的这个数"`
	Days      int                `json:"days" doc:"两次最多相隔几天"`
	May       bool               `json:"may" doc:"本人可以登记"`
	Known     bool               `json:"replies_known" doc:"近 30 天的互动从头读到了"`
	Asked     int64              `json:"asked" doc:"近 30 天应答几件；只作参考"`
	Answered  int64              `json:"answered" doc:"其中答复几件"`
	Half      int64              `json:"half_seconds" doc:"半数在多少秒之内首次答复"`
	Looks     []InteractionCheck `json:"looks" nullable:"false" doc:"最近的在前"`
}

func (a *api) looks(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[InteractionChecks], error) {
	found, err := a.Inspect.Interaction(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	return &rest.Out[InteractionChecks]{Body: InteractionChecks{
		AccountID: found.ID, Handle: found.Handle, Number: found.Number(), Days: found.Days, May: found.May,
		Known: found.Replies.Known, Asked: found.Replies.Asked, Answered: found.Replies.Answered,
		Half: int64(found.Replies.Half.Seconds()), Looks: rest.Each(found.Checks, showLook),
	}}, nil
}

func showLook(c inspect.Check) InteractionCheck {
	return InteractionCheck{
		Number: c.Number, On: beijing.Date(c.On), Next: beijing.Date(c.Next), By: c.By, At: c.At.UTC(),
		Note: c.Note,
		Answers: rest.Each(c.Answers, func(a inspect.Answer) InteractionAnswered {
			return InteractionAnswered{
				InteractionAnswer{a.Question, string(a.Given), a.Evidence, a.Link},
				a.MediaID != 0,
			}
		}),
		Changes: rest.Each(c.Changes, func(c inspect.Change) InteractionChange {
			return InteractionChange{c.Question.Key, string(c.From), string(c.To)}
		}),
	}
}

func (a *api) look(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Number  int                 `json:"number" minimum:"0" doc:"所看到的最近一次是第几次；没有为 0"`
		On      string              `json:"on" format:"date" doc:"哪天检查的"`
		Next    string              `json:"next" format:"date" doc:"下次不晚于"`
		Note    string              `json:"note,omitempty" maxLength:"1000"`
		Answers []InteractionAnswer `json:"answers" maxItems:"20"`
	}
}) (*rest.Out[InteractionChecks], error) {
	err := a.Inspect.Check(ctx, who, in.ID, inspect.Entry{
		Number: in.Body.Number, On: in.Body.On, Next: in.Body.Next, Note: in.Body.Note,
		Answers: rest.Each(in.Body.Answers, func(a InteractionAnswer) inspect.Answer {
			return inspect.Answer{
				Question: a.Question, Given: inspect.Given(a.Given), Evidence: a.Evidence, Link: a.Link,
			}
		}),
	})
	if err != nil {
		return nil, err
	}

	return a.looks(ctx, who, &in.ByID)
}
