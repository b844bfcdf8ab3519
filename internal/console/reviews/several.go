package reviews

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/review"
	"juzhen/internal/web"
)

// mostAtOnce is how many posts are approved with one press.
const mostAtOnce = 50

// opened is what a form says instead of a decision: read, and to be approved with others later.
const opened = "opened"

// open writes down that the reader has read the version, and shows what waits behind it.
func (h *pages) open(c *gin.Context, id int64, form reviewForm, hash []byte) error {
	err := h.Reviews.Opened(c.Request.Context(), web.Actor(c), id, form.Version, hash)
	if fault.Is(err, fault.KindConflict) {
		page, perr := h.page(c, form)
		if perr != nil {
			return perr
		}
		pub := fault.Public(err)

		return h.showDecided(c, web.StatusOf(err), page, page.T(pub.Text, pub.Args...))
	}
	if err != nil {
		return err
	}
	if form.Next == 0 || form.Next == id {
		return h.kit.See(c, "/reviews", "已标为看过，可以在这里勾选后一起批准")
	}

	return h.kit.See(c, fmt.Sprintf("/reviews/%d", form.Next), "已标为看过，可以在审核列表里一起批准。下一条：")
}

// AtOnce tells whether the row may be approved together with others: it was opened as it is
// now, and nothing is ticked or chosen first.
func (w waiting) AtOnce() bool { return w.Opened && !w.Own && !w.Items && !w.Passed }

// Pick is the row as the form carries it: the post with the version, the step, the hash and the time that
// were on the page.
func (w waiting) Pick() string {
	return pickOf(w.PostID, w.VersionNumber, w.Level, w.Hash, shownOf(w.DueAt, w.DueNow))
}

// pickOf writes what readPick reads.
func pickOf(postID int64, version, step int, hash []byte, shown string) string {
	return fmt.Sprintf("%d %d %d %s %s", postID, version, step, hex.EncodeToString(hash), shown)
}

// picked is one of several that are approved.
type picked struct {
	post    int64
	verdict delivery.Verdict
}

// readPick reads what pickOf wrote. Fails with fault.Invalid where it is another text.
func readPick(text string) (picked, error) {
	wrong := fault.Invalid("", "表单无法读取，请刷新页面后重试")
	words := strings.Fields(text)
	if len(words) != 5 {
		return picked{}, wrong
	}

	numbers := make([]int64, 3)
	for i := range numbers {
		n, err := strconv.ParseInt(words[i], 10, 64)
		if err != nil || n < 1 || i > 0 && n > 1<<30 {
			return picked{}, wrong
		}
		numbers[i] = n
	}
	hash, err := hex.DecodeString(words[3])
	if err != nil || len(hash) == 0 {
		return picked{}, wrong
	}
	shown, err := readShown(words[4])
	if err != nil {
		return picked{}, wrong
	}

	return picked{numbers[0], delivery.Verdict{
		Version: int(numbers[1]), Step: int(numbers[2]), Hash: hash,
		Decision: review.Approve, Opened: true, Shown: shown,
	}}, nil
}

// refusal is one of several that was not approved, and why.
type refusal struct {
	PostID int64
	Title  string
	Why    string
}

// several approves what was picked in the queue: each by itself, each only as it was on the page. What is
// refused is named with its reason and keeps nothing else from being approved.
func (h *pages) several(c *gin.Context) error {
	var form struct {
		Picks []string `form:"pick"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p, err := h.queue(c)
	if err != nil {
		return err
	}

	switch {
	case len(form.Picks) == 0:
		return h.kit.Refuse(c, fault.Invalid("pick", "请先勾选看过的稿件"), "reviews/list", &p)
	case len(form.Picks) > mostAtOnce:
		return h.kit.Refuse(c, fault.Invalid("pick", "一次最多批准 {.max} 份", "max", mostAtOnce),
			"reviews/list", &p)
	}

	var picks []picked

	for _, text := range form.Picks {
		pick, err := readPick(text)
		if err != nil {
			return err
		}
		picks = append(picks, pick)
	}

	done, beyond := 0, error(nil)
	var refused []refusal

	for _, pick := range picks {
		_, err := h.Deliveries.Review(c.Request.Context(), web.Actor(c), pick.post, pick.verdict)
		if err == nil {
			done++
			continue
		}
		if fault.Is(err, fault.KindInternal) {
			return err
		}
		if fault.Is(err, fault.KindNotFound) || fault.Is(err, fault.KindForbidden) {
			beyond = err
		}
		why := fault.Public(err)
		refused = append(refused, refusal{pick.post, p.titleOf(pick.post), p.T(why.Text, why.Args...)})
	}
	if len(form.Picks) == 1 && beyond != nil {
		return beyond
	}
	if len(refused) == 0 {
		return h.kit.See(c, "/reviews", "已批准 {.n} 份", "n", done)
	}
	if p, err = h.queue(c); err != nil {
		return err
	}
	p.Done, p.Refused = done, refused
	p.Follow.Of = ""

	return h.kit.Show(c, 409, "reviews/list", p)
}

// titleOf is the beginning of a post that was in the queue; "" for another one.
func (p listPage) titleOf(postID int64) string {
	for _, row := range p.Rows {
		if row.PostID == postID {
			return row.Title()
		}
	}

	return ""
}
