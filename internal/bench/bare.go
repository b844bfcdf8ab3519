package bench

import (
	"context"
	"fmt"
	"sync"
	"time"

	"juzhen/internal/weibo"
)

// Bare makes n publishing calls at the instant with nothing around them: the same client, transport, bodies and connections as the
// console's, no database, no marks. It is the baseline of the figures.
func Bare(ctx context.Context, url string, n, conns int, at time.Time) error {
	client := weibo.New(weibo.Options{PublicURL: url, CommercialURL: url + "/c", Conns: conns})
	payloads := make([]weibo.Payload, n)
	for i := range payloads {
		payloads[i] = burstPayload(int64(i + 1))
	}
	wait(ctx, time.Until(at))
	work := make(chan int)
	var crew sync.WaitGroup
	var failed sync.Once
	var err error
	for range conns {
		crew.Go(func() {
			for i := range work {
				o := client.Send(ctx, payloads[i], weibo.Sending{Token: burstToken(int64(i + 1)), Mark: client.Mark(), DeliveryID: "00112233445566778899aabbccddeeff"})
				if o.Result != weibo.Published {
					failed.Do(func() { err = fmt.Errorf("call %d: %s", i, o.Result) })
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	crew.Wait()
	return err
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
