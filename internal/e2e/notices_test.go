package e2e

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/e2e/world"
)

// TestTheBellRings: on a page that is open, without a reload; what is opened is read, and what was dealt with
// is over for everybody.
func TestTheBellRings(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	reviewer, writer := person(t, w, "shenhe"), person(t, w, "xuanchuan")

	reviewer.Go("/")
	reviewer.SeeText("#head-bell", "0")

	post := w.Submit("空气质量周报，请审核", world.In(3*time.Hour), "环保北京")
	reviewer.SeeText("#head-bell", "1")
	reviewer.SeeText("#head-bell", "条未读")
	reviewer.Follow("#head-bell")
	reviewer.SeeText("#notice-list", "空气质量周报")
	reviewer.FitsWidth()
	reviewer.Follow("#notice-list .notice-line")
	reviewer.SeeText("main", "空气质量周报")
	reviewer.Go("/notices")
	reviewer.SeeText("main", "没有未读的通知")

	writer.Go("/notices")
	reviewer.Go(fmt.Sprintf("/reviews/%d", post.ID))
	reviewer.Follow("button[value=approve]")
	writer.SeeText("#notice-list", "空气质量周报")
	writer.SeeText("#head-bell", "1")

	writer.Go("/notices/settings")
	writer.Follow("form.form button[type=submit]")
	writer.SeeText("main", "通知设置已保存")
}

// TestAMatterThatIsFollowedIsRead: whoever goes to it from the list of to-dos has seen it, and needs no
// notice of it any more.
func TestAMatterThatIsFollowedIsRead(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	reviewer := person(t, w, "shenhe")
	w.Submit("空气质量周报，请审核", world.In(3*time.Hour), "环保北京")
	reviewer.Go("/todo")
	reviewer.SeeText("#head-bell", "1")
	reviewer.Follow("a[data-opens]")
	reviewer.SeeText("main", "空气质量周报")
	reviewer.Go("/notices")
	reviewer.SeeText("main", "没有未读的通知")
	reviewer.SeeText("#head-bell", "0")
}
