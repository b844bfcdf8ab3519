package bench

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"juzhen/internal/weibo"
)

// bareWarm is how long before the instant the bare client opens its connections, as the console does.
const bareWarm = time.Second

// Bare makes n publishing calls at one instant with nothing around them: the console's own client, with
// the same bodies, composed ahead as there, over as many connections, opened ahead as there; no
// database, no marks. It is the baseline of the figures. It gives the instant, which it sets once its
// requests are composed, however slow the machine is.
func Bare(ctx context.Context, url string, n, conns int) (at time.Time, err error) {
	client := weibo.New(weibo.Options{PublicURL: url, CommercialURL: url + "/c", Conns: conns})

	ready := make([]weibo.Ready, n)
	for i := range ready {
		ready[i] = client.Compose(burstPayload(int64(i+1)), weibo.Sending{
			Token:      burstToken(int64(i + 1)),
			DeliveryID: "00112233445566778899aabbccddeeff",
		})
	}
	at = time.Now().Add(bareWarm)
	if err := client.Warm(ctx, weibo.Commercial, conns); err != nil {
		return at, err
	}
	wait(ctx, time.Until(at))
	var next atomic.Int64
	answers := make([]weibo.Answered, n)

	var crew sync.WaitGroup
	for range conns {
		crew.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				answers[i] = client.Deliver(ctx, ready[i], client.Mark())
			}
		})
	}
	crew.Wait()

	for i, answered := range answers {
		if outcome := answered.Outcome(); outcome.Result != weibo.Published {
			return at, fmt.Errorf("call %d: %s", i, outcome.Result)
		}
	}

	return at, nil
}

func burstToken(account int64) weibo.Token {
	return weibo.Token(fmt.Sprintf("%s%06d", tokenPrefix, account))
}

func burstText(account int64) string {
	return fmt.Sprintf("空气质量日报第%06d期：今日空气质量良，首要污染物为臭氧，适宜开窗通风。", account)
}

func burstPayload(account int64) weibo.Payload {
	return weibo.Build(weibo.Commercial, weibo.Draft{Text: burstText(account)})
}
