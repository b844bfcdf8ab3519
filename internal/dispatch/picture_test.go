package dispatch_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/media"
	"juzhen/internal/post"
	"juzhen/internal/sandbox"
)

// upload keeps a picture of its own shade, as a person would have uploaded it.
func (w *world) upload(shade uint8) media.Media {
	w.Helper()

	img := image.NewNRGBA(image.Rect(0, 0, 40, 30))
	for i := range img.Pix {
		img.Pix[i] = shade
	}
	img.Set(int(shade)%40, 3, color.NRGBA{R: 255, A: 255})
	var b bytes.Buffer
	w.must(png.Encode(&b, img))
	m, err := w.media.Upload(w.Context(), w.writer, 1, fmt.Sprintf("%d.png", shade), &b, "实况图")
	w.must(err)

	return m
}

// planPictures plans a post with pictures, due after a while.
func (w *world) planPictures(
	text string,
	after time.Duration,
	pictures []media.Media,
	handle string,
) post.Post {
	w.Helper()
	due := w.now().Add(far)

	content := post.Content{Text: text, DueAt: &due, Targets: []post.TargetChoice{target(w.ids[handle])}}
	for _, m := range pictures {
		content.Media = append(content.Media, post.MediaChoice{MediaID: m.ID, Alt: m.Alt})
	}
	p, version := w.submitContent(content)
	w.approve(p, version, delivery.DueChoice{})
	w.dueIn(after, &p)

	return p
}

// wantPictures compares what the sandbox, the judge, shows with the bytes that were approved, in their order.
func (w *world) wantPictures(handle string, pictures []media.Media) {
	w.Helper()
	posted := w.sandbox.Posts(handle)
	if len(posted) != 1 {
		w.Fatalf("%d posts, want one\n%s", len(posted), w.story())
	}

	var want []string
	for _, m := range pictures {
		want = append(want, m.Hash())
	}
	if !slices.Equal(posted[0].Pictures, want) {
		w.Errorf("published %v, approved %v", posted[0].Pictures, want)
	}
}

func TestPicturesAreUploadedAheadAndPublishedByteForByte(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.set.Lead = time.Minute
	w.engine()
	pictures := []media.Media{w.upload(3), w.upload(1), w.upload(2)}
	post := w.planPictures("三张实况图。", 30*time.Second, pictures, "环保北京")
	w.until("prepared", func() bool {
		return w.count(`
		SELECT count(*) FROM delivery_events WHERE code = 'prepared'`) == 1
	})
	if n, posted := w.calls("upload_pic"), w.sandbox.Count("环保北京"); n != 3 || posted != 0 {
		t.Errorf("%d uploads and %d posts ahead of the due time", n, posted)
	}
	w.advance(30 * time.Second)
	w.untilState(post, delivery.Sent)
	w.wantPictures("环保北京", pictures)
	w.until("read back", func() bool { return w.only(post).Live == "live" })
}

func TestThePublicInterfaceCarriesItsOnePicture(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Public)
	w.engine()
	pictures := []media.Media{w.upload(7)}
	post := w.planPictures("实况图，详见 https://sthjj.beijing.gov.cn/a", 500*time.Millisecond, pictures, "环保北京")
	w.untilState(post, delivery.Sent)
	w.wantPictures("环保北京", pictures)
	if n := w.calls("upload_pic"); n != 0 {
		t.Errorf("%d uploads beside the post", n)
	}
}

// TestARefusedPictureIsToldBeforeTheDueTime: the platform does not want the picture, so people know
// long before.
func TestARefusedPictureIsToldBeforeTheDueTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set.Lead = time.Minute
	w.account("环保北京", 1, account.Commercial)
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京",
		Call:    "statuses/upload_pic/biz",
		Kind:    sandbox.FaultError,
		Code:    20005,
	})
	w.engine()
	post := w.planPictures("实况图。", 40*time.Second, []media.Media{w.upload(9)}, "环保北京")
	w.until("told", func() bool { return strings.HasPrefix(w.todos(w.only(post).ID), "delivery.failed") })
	if row := w.only(
		post,
	); row.State != delivery.Failed || row.Reason != delivery.PictureRefused ||
		!w.now().Before(*post.DueAt) {
		t.Errorf("got %+v\n%s", row, w.story())
	}
	w.wantCount("环保北京", 0)
}

// TestAnUploadThatFailsForNowIsToldAndTriedAgain: the platform has a bad moment; people hear of it
// ahead of the due time and the post goes out all the same, with its picture.
func TestAnUploadThatFailsForNowIsToldAndTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set.Lead = time.Minute
	w.account("环保北京", 1, account.Commercial)
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京",
		Call:    "statuses/upload_pic/biz",
		Kind:    sandbox.FaultStatus,
		Times:   1,
	})
	w.engine()
	pictures := []media.Media{w.upload(11)}
	post := w.planPictures("实况图。", 30*time.Second, pictures, "环保北京")
	w.until("told", func() bool { return w.todos(w.only(post).ID) == "delivery.problem" })
	if !w.now().Before(*post.DueAt) {
		t.Error("told after the due time")
	}
	w.advance(6 * time.Second)
	w.until("prepared", func() bool {
		return w.count(`
		SELECT count(*) FROM delivery_events WHERE code = 'prepared'`) == 1
	})
	w.until("the to-do is closed", func() bool { return w.todos(w.only(post).ID) == "" })
	w.advance(30 * time.Second)
	w.untilState(post, delivery.Sent)
	w.wantPictures("环保北京", pictures)
}

// TestPicturesChangedOnTheDiskSurelyDoNotGo damages the kept bytes after the approval: what was
// approved cannot be sent any more, people are told before the due time, and nothing goes out.
func TestPicturesChangedOnTheDiskSurelyDoNotGo(t *testing.T) {
	t.Parallel()

	for _, connector := range []account.Connector{account.Commercial, account.Public} {
		t.Run(string(connector), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.set.Lead = time.Minute
			w.account("环保北京", 1, connector)
			m := w.upload(13)
			post := w.planPictures(
				"实况图，详见 https://sthjj.beijing.gov.cn/a",
				10*time.Second,
				[]media.Media{m},
				"环保北京",
			)
			w.damage(m)
			w.engine()
			w.until("told", func() bool { return strings.HasPrefix(w.todos(w.only(post).ID), "delivery.") })
			if !w.now().Before(*post.DueAt) {
				t.Error("told after the due time")
			}
			w.advance(20 * time.Second)
			w.sweeps(6)
			w.advance(31 * time.Minute)
			w.until("given up", func() bool {
				state := w.only(post).State
				return state == delivery.Missed || state == delivery.Held || state == delivery.Failed
			})
			w.wantCount("环保北京", 0)
			if n := w.calls("upload_pic") + w.calls("update/biz") + w.calls("share"); n != 0 {
				t.Errorf("%d calls with a picture that is not the approved one", n)
			}
		})
	}
}

// damage flips a byte of a kept picture, as a failing disk or a stranger would.
func (w *world) damage(m media.Media) {
	w.Helper()
	name := filepath.Join(w.folder, m.Hash()[:2], m.Hash())
	data, err := os.ReadFile(name)
	w.must(err)
	data[len(data)/2] ^= 0xff
	w.must(os.WriteFile(name, data, 0o640))
}
