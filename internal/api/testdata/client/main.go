// Command client is what a program of somebody else's would be: it knows the interface only by the
// client that was generated from the OpenAPI file, and writes a post, approves it and reads reach. The
// arguments are the address and a password.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"client/juzhen"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	writer, reviewer := signIn(ctx, "writer"), signIn(ctx, "reviewer")
	text, accounts, due, submit := "今日空气质量良", []int64{1, 2}, time.Now().Add(time.Hour), true
	key := "client-1"
	post, err := writer.CreatePostWithResponse(ctx, &juzhen.CreatePostParams{IdempotencyKey: &key},
		juzhen.NewPost{Text: &text, AccountIds: &accounts, DueAt: &due, Submit: &submit})
	check(err)
	if post.JSON201 == nil || len(post.JSON201.Deliveries) != 2 {
		log.Fatalf("post: %s", post.Body)
	}
	p := post.JSON201
	done, err := reviewer.ReviewPostWithResponse(ctx, p.Id, nil, juzhen.Decision{
		Version:  p.Version,
		Hash:     p.Hash,
		Decision: juzhen.Approve,
	})
	check(err)
	if done.JSON200 == nil || done.JSON200.Deliveries[0].State != "waiting" {
		log.Fatalf("review: %s", done.Body)
	}
	again, err := reviewer.ReviewPostWithResponse(ctx, p.Id, nil, juzhen.Decision{
		Version:  p.Version,
		Hash:     p.Hash,
		Decision: juzhen.Approve,
	})
	check(err)
	if problem := again.ApplicationproblemJSON409; problem == nil || problem.Status != http.StatusConflict || problem.Code != "decided" {
		log.Fatalf("second review: %s", again.Body)
	}
	from := time.Now().Add(-48 * time.Hour).Format(time.DateOnly)
	to := time.Now().Format(time.DateOnly)
	reach, err := reviewer.GetReachWithResponse(ctx, &juzhen.GetReachParams{From: &from, To: &to})
	check(err)
	if reach.JSON200 == nil || len(reach.JSON200.Accounts) == 0 || reach.JSON200.Total.Followers != nil {
		log.Fatalf("reach: %s", reach.Body)
	}
	fmt.Printf("post %d approved, reach of %d accounts\n", p.Id, len(reach.JSON200.Accounts))
}

// signIn gives a client that acts as the person.
func signIn(ctx context.Context, name string) *juzhen.ClientWithResponses {
	address := os.Args[1] + "/api/v1"
	nobody, err := juzhen.NewClientWithResponses(address)
	check(err)
	session, err := nobody.CreateSessionWithResponse(ctx, juzhen.Credentials{
		Username: name, Password: os.Args[2],
	})
	check(err)
	if session.JSON201 == nil {
		log.Fatalf("sign in: %s", session.Body)
	}
	c, err := juzhen.NewClientWithResponses(address, juzhen.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+session.JSON201.Token)
		return nil
	}))
	check(err)
	return c
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
