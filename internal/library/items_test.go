package library_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/library"
)

func words(title, text string) library.Edit { return library.Edit{Title: title, Text: text} }

func TestAnItemIsThereForItsUnitAndAllBelow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	top, err := w.library.Create(t.Context(), supervisor, 1, library.Snippet, words("举报电话", "举报请拨 12345。"))
	w.must(err)
	own, err := w.library.Create(t.Context(), district, 3, library.Whole, words("朝阳倡议", "少开一天车，多一片蓝天。"))
	w.must(err)
	beside, err := w.library.Create(t.Context(), supervisor, 2, library.Snippet, words("中心落款", "（宣传中心）"))
	w.must(err)

	for name, c := range map[string]struct {
		actor access.Actor
		want  string
	}{
		"the bureau":      {officer, "中心落款 朝阳倡议 举报电话"},
		"the district":    {district, "朝阳倡议 举报电话"},
		"who reads none":  {as(2, access.Administrator, "/1/"), ""},
		"another section": {as(2, access.Reviewer, "/1/2/"), "中心落款 举报电话"},
	} {
		page, err := w.library.Items(t.Context(), c.actor, library.ItemQuery{})
		w.must(err)

		var got []string
		for _, item := range page.Rows {
			got = append(got, item.Title)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s sees %q, want %q", name, got, c.want)
		}
	}

	if _, err := w.library.Find(t.Context(), district, beside.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("beside: %v", err)
	}
	if _, err := w.library.Change(
		t.Context(),
		district,
		top.ID,
		1,
		words("改", "改"),
	); !fault.Is(err, fault.KindForbidden) &&
		!fault.Is(err, fault.KindNotFound) {
		t.Errorf("an item of above was changed: %v", err)
	}
	found, err := w.library.Items(t.Context(), officer, library.ItemQuery{Words: "蓝天 一天車"})
	if err != nil || len(found.Rows) != 1 || found.Rows[0].ID != own.ID {
		t.Errorf("%+v, %v", found, err)
	}
	used, err := w.library.Use(t.Context(), district, top.ID, 3)
	if err != nil || used.Text != "举报请拨 12345。" {
		t.Errorf("%+v, %v", used, err)
	}
	if again, err := w.library.Find(t.Context(), officer, top.ID); err != nil || again.Uses != 1 ||
		again.LastUsedAt == nil {
		t.Errorf("%+v, %v", again, err)
	}
	if _, err := w.library.Use(t.Context(), district, top.ID, 1); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("for a unit of others: %v", err)
	}
}

func TestAnItemIsChangedInTheVersionShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	item, err := w.library.Create(t.Context(), officer, 1, library.Snippet, words("落款", "市局"))
	w.must(err)
	changed, err := w.library.Change(t.Context(), supervisor, item.ID, 1, words("落款", "市生态环境局"))
	if err != nil || changed.Revision != 2 || changed.Text != "市生态环境局" {
		t.Fatalf("%+v, %v", changed, err)
	}
	if _, err := w.library.Change(
		t.Context(),
		officer,
		item.ID,
		1,
		words("落款", "旧"),
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("an old version: %v", err)
	}
	w.must(w.library.Retire(t.Context(), officer, item.ID, 2))
	if err := w.library.Retire(t.Context(), officer, item.ID, 3); !fault.Is(err, fault.KindConflict) {
		t.Errorf("retired twice: %v", err)
	}
	if _, err := w.library.Use(t.Context(), officer, item.ID, 1); !fault.Is(err, fault.KindConflict) {
		t.Errorf("a retired one was used: %v", err)
	}
	if n := one[int](
		w,
		"SELECT count(*) FROM audit_entries WHERE subject_type || '/' || subject_id = $1",
		item.Ref(),
	); n != 3 {
		t.Errorf("%d entries in the trail", n)
	}
}

func TestWhatCannotBeKeptIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	whole := library.Edit{Title: "图", Text: "湿地", Source: "自拍", Licence: "自有"}

	for name, c := range map[string]struct {
		kind  library.Kind
		edit  library.Edit
		field string
	}{
		"no title":             {library.Snippet, words(" ", "字"), "title"},
		"a long title":         {library.Snippet, words(strings.Repeat("长", 61), "字"), "title"},
		"no text":              {library.Snippet, words("名", " "), "text"},
		"a long snippet":       {library.Snippet, words("名", strings.Repeat("长", 501)), "text"},
		"unseen characters":    {library.Whole, words("名", "环\u200b境"), "text"},
		"no kind":              {"film", words("名", "字"), "kind"},
		"a day that is none":   {library.Snippet, library.Edit{Title: "名", Text: "字", ExpiresOn: "2026-02-30"}, "expires"},
		"a picture of nowhere": {library.Picture, library.Edit{Title: "图", Text: "湿地", Licence: "自有"}, "source"},
		"without a licence":    {library.Picture, library.Edit{Title: "图", Text: "湿地", Source: "自拍"}, "licence"},
		"without its picture":  {library.Picture, whole, "file"},
	} {
		_, err := w.library.Create(t.Context(), officer, 1, c.kind, c.edit)
		fields := fault.FieldErrors(err)
		if !fault.Is(err, fault.KindInvalid) || len(fields) == 0 || fields[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}

	for who, actor := range map[string]access.Actor{
		"a reviewer": as(2, access.Reviewer, "/1/"), "an officer of above": officer,
	} {
		_, err := w.library.Create(t.Context(), actor, 3, library.Snippet, words("名", "字"))
		if !fault.Is(err, fault.KindForbidden) {
			t.Errorf("%s: %v", who, err)
		}
	}
}

func TestAPictureIsUsedUntilItsLastDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var data bytes.Buffer
	w.must(png.Encode(&data, image.NewRGBA(image.Rect(0, 0, 300, 200))))
	picture, err := w.library.Upload(t.Context(), supervisor, 1, "湿地.png", &data)
	w.must(err)
	edit := library.Edit{
		Title: "湿地", Text: "湿地里的白鹭", MediaID: picture, Source: "宣传中心", Licence: "自有", ExpiresOn: "2026-11-30",
	}
	if _, err := w.library.Create(
		t.Context(),
		supervisor,
		2,
		library.Picture,
		edit,
	); !fault.Is(
		err,
		fault.KindInvalid,
	) {
		t.Errorf("a picture of another unit: %v", err)
	}
	item, err := w.library.Create(t.Context(), supervisor, 1, library.Picture, edit)
	w.must(err)
	used, err := w.library.Use(t.Context(), district, item.ID, 3)
	if err != nil || used.Picture.UnitID != 3 || used.Picture.Alt != "湿地里的白鹭" || used.Picture.ID == picture {
		t.Errorf("%+v, %v", used, err)
	}
	if data, mime, err := w.library.Picture(
		t.Context(),
		district,
		item.ID,
		true,
	); err != nil ||
		len(data) == 0 ||
		mime != "image/jpeg" {
		t.Errorf("%d bytes, %s, %v", len(data), mime, err)
	}
	edit.ExpiresOn = "2026-11-29"
	item, err = w.library.Change(t.Context(), supervisor, item.ID, 1, edit)
	w.must(err)
	if _, err := w.library.Use(t.Context(), district, item.ID, 3); !fault.Is(err, fault.KindConflict) {
		t.Errorf("after its last day: %v", err)
	}
}
