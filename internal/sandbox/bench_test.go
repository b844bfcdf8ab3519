package sandbox

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// BenchmarkUpdate posts on a thousand accounts from all cores, without a network.
func BenchmarkUpdate(b *testing.B) {
	server := New(Options{Limits: &Limits{}})
	var bodies []string

	for i := range 1000 {
		handle := fmt.Sprint("账号", i)
		if err := server.AddAccount(Account{UID: int64(i + 1), Handle: handle, Followers: 1000}); err != nil {
			b.Fatal(err)
		}
		bodies = append(bodies, values("access_token", server.Token(handle), "status", "空气质量良").Encode())
	}
	var n atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			r := httptest.NewRequest(
				"POST",
				"/c/2/statuses/update/biz.json",
				strings.NewReader(bodies[i%1000]+fmt.Sprint(i)),
			)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			if server.ServeHTTP(w, r); w.Code != 200 {
				b.Error(w.Body)
				return
			}
		}
	})
}

// BenchmarkDemo builds the demonstration matrix with its past posts.
func BenchmarkDemo(b *testing.B) {
	for b.Loop() {
		New(Options{PastPosts: DemoPosts})
	}
}
