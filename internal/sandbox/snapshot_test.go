package sandbox

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
	"time"
)

func TestAFileBringsEverythingBack(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	w := newWorld(t, func(options *Options) { options.PastPosts = 200 })
	w.send("statuses/upload/biz", png, "status", "一 http://beijing.gov.cn/a", "annotations", `[{"d":1}]`)
	id, _ := strconv.ParseInt(w.post(updateBiz, "status", "二").id(t), 10, 64)
	w.post("comments/create", "id", strconv.FormatInt(id, 10), "comment", "好")
	if err := w.AddAccount(Account{UID: 42, Handle: "新账号"}); err != nil {
		t.Fatal(err)
	}
	w.Rival("新账号", "手机发的")
	past := w.must(bureau).posts[3]
	w.SetText(past.id, "改过")
	w.Jump(bureau, 9)
	if err := w.Save(file); err != nil {
		t.Fatal(err)
	}

	b := newWorld(t, func(options *Options) { options.Frozen = noon.Add(time.Hour); options.Seed = 99 })
	if err := b.Load(file); err != nil {
		t.Fatal(err)
	}
	w.Advance(time.Hour)

	for _, handle := range []string{bureau, "新账号"} {
		if got, want := b.Posts(handle), w.Posts(handle); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", handle, got, want)
		}
	}
	if post := b.Server.post(
		past.id,
	); post == nil || post.read().Raw != "改过" ||
		b.Followers(bureau) != w.Followers(bureau) {
		t.Error("the changed past post or the jump is gone")
	}
	b.token = w.token
	wantFine(t, b.post(updateBiz, "status", "三"))
	if again := b.Posts(bureau); again[2].ID <= again[1].ID {
		t.Error("ids do not go on rising")
	}
}

func TestBadFilesChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wantFine(t, w.post(updateBiz, "status", "一"))
	if err := w.Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}

	for _, content := range []string{"", "{", `{"version":9}`} {
		file := filepath.Join(t.TempDir(), "bad")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := w.Load(file); err == nil {
			t.Errorf("%q was loaded", content)
		}
	}
	w.wantCount(1)
	if err := w.Save(filepath.Join(t.TempDir(), "no", "folder")); err == nil {
		t.Error("saved into a folder that is not there")
	}
}

func TestKeepSavesChangesAndOnceMoreAtTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "state.json")
	done, ended := make(chan struct{}), make(chan error)
	go func() { ended <- w.Keep(file, time.Millisecond, done, func(err error) { t.Error(err) }) }()
	wantFine(t, w.post(updateBiz, "status", "一"))
	limit := time.After(10 * time.Second)

	for _, err := os.Stat(file); err != nil; _, err = os.Stat(file) {
		select {
		case <-limit:
			t.Fatal("never saved")
		case <-time.After(time.Millisecond):
		}
	}
	close(done)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	b := newWorld(t)
	if err := b.Load(file); err != nil || b.Count(bureau) != 1 {
		t.Errorf("%v, %d posts", err, b.Count(bureau))
	}
}
