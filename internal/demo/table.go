package demo

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"juzhen/internal/access"
	"juzhen/internal/reach"
)

// readReach asks the platform for followers and for the new posts' counts, as the jobs do every few
// minutes, and fills them in.
func (s *Show) readReach(ctx context.Context, reader access.Actor, rows []row) error {
	figures := s.Services.Reach
	if _, err := figures.Followers(ctx); err != nil {
		return err
	}
	if _, err := figures.Plan(ctx); err != nil {
		return err
	}
	today := reach.LastDays(1, time.Now())
	matrix, err := figures.Matrix(ctx, reader, today, reach.View{})
	if err != nil {
		return err
	}

	followers := map[string]*int64{}
	for _, r := range matrix.Rows {
		followers[r.Handle] = r.Followers
	}

	for i, r := range rows {
		if err := figures.Read(ctx, r.accountID); err != nil {
			return err
		}
		newest, err := figures.Posts(ctx, reader, reach.PostFilter{
			AccountID: r.accountID, Period: today, By: "time", Limit: 3,
		})
		if err != nil {
			return err
		}
		rows[i].followers = followers[r.handle]
		if at := slices.IndexFunc(
			newest,
			func(post reach.Post) bool { return post.RemoteID == r.remoteID },
		); at >= 0 &&
			newest[at].ReadAt != nil {
			rows[i].counts = &newest[at].Counts
		}
	}

	return nil
}

func printTable(out io.Writer, rows []row) {
	head := []string{"账号", "状态", "迟(ms)", "微博 id", "粉丝", "阅读", "转发", "评论", "赞", "核对"}
	widths := []int{18, 8, 7, 18, 10, 8, 6, 6, 6, 10}
	line := func(cells []string) {
		for i, c := range cells {
			fmt.Fprint(out, pad(c, widths[i]), " ")
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintln(out)
	line(head)

	for _, r := range rows {
		verdict := r.verdict
		if verdict == "" {
			verdict = "一致，一次"
		}
		reads, reposts, comments, likes := r.figures()
		line([]string{
			"@" + r.handle, r.state.Label(), strconv.FormatInt(r.late.Milliseconds(), 10),
			r.remoteID, known(r.followers), reads, reposts, comments, likes, verdict,
		})
	}
	fmt.Fprintln(out)
}

// figures are the cells of what was read back; a post whose counts were not read yet says so.
func (r row) figures() (reads, reposts, comments, likes string) {
	if r.counts == nil {
		return "未读", "未读", "未读", "未读"
	}

	return known(
			r.counts.Reads,
		), fmt.Sprint(
			r.counts.Reposts,
		), fmt.Sprint(
			r.counts.Comments,
		), fmt.Sprint(
			r.counts.Likes,
		)
}

// known is a figure, or the word for one that the contract does not return: never 0.
func known(n *int64) string {
	if n == nil {
		return "不可用"
	}

	return strconv.FormatInt(*n, 10)
}

// pad fills s with spaces to n columns of a terminal, where a Chinese character takes two.
func pad(s string, n int) string {
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n -= 2
		default:
			n--
		}
	}

	return s + strings.Repeat(" ", max(0, n))
}

// PrintPeople lists who may sign in to the demonstration, with their passwords.
func PrintPeople(out io.Writer, passwords map[string]string) {
	fmt.Fprintln(out, pad("用户 User", 20), pad("岗位 Post", 18), pad("角色 Role", 12), "密码 Password")

	for _, person := range people() {
		fmt.Fprintln(
			out,
			pad(person.username, 20),
			pad(person.display, 18),
			pad(person.role.Label(), 12),
			passwords[person.username],
		)
	}
}
