package demo

import (
	"context"
	"fmt"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/lexicon"
	"juzhen/internal/post"
)

// slip is a wrong word that the press officer writes, and what it should be. The lists that come with the
// program know it.
var slip = struct{ wrong, right string }{"秸杆", "秸秆"}

// slipped is a sentence with the wrong word, put into the wording of the first account.
const slipped = "请勿焚烧秸杆。"

// mend has the wordings of a draft looked through, says what was found, takes each suggestion and keeps the
// draft. It fails where the slip is not found: then the check does not do what it is for.
func (s *Show) mend(ctx context.Context, officer access.Actor, written post.Post) (post.Post, error) {
	if err := s.Services.Lexicons.Seed(
		ctx,
	); err != nil { // there may have been no unit when the console began
		return written, err
	}
	p, version, err := s.Services.Posts.Find(ctx, officer, written.ID)
	if err != nil {
		return written, err
	}
	checked, err := s.Services.Checks.Post(ctx, p, version)
	if err != nil {
		return written, err
	}

	content, taken := post.ContentOf(p, version), 0

	for i, target := range content.Targets {
		if target.Variant == nil {
			continue
		}
		mended := mendWording(*target.Variant, target.AccountID, checked.Findings)
		if mended == *target.Variant {
			continue
		}

		for _, f := range checked.Findings {
			if f.AccountID == target.AccountID && f.Suggestion != "" {
				s.say("检查：%s“%s”（%s），建议“%s”", s.handle(f.AccountID), f.Found, f.Level.Label(), f.Suggestion)
				taken++
			}
		}
		content.Targets[i].Variant = &mended
	}
	if taken == 0 {
		return written, fmt.Errorf("the check did not find %q", slip.wrong)
	}
	if _, err := s.Services.Posts.Save(ctx, officer, p.ID, p.Revision, content); err != nil {
		return written, err
	}
	p, version, err = s.Services.Posts.Find(ctx, officer, p.ID)
	if err != nil {
		return written, err
	}
	checked, err = s.Services.Checks.Post(ctx, p, version)
	if err != nil {
		return written, err
	}

	left := 0

	for _, f := range checked.Findings {
		if f.Level.AtLeast(lexicon.Second) && !f.Excepted() {
			left++
		}
	}

	s.say("采用建议，改好 %d 处，再查还有 %d 处须改", taken, left)

	return p, nil
}

// mendWording takes the suggestions of the findings in one account's wording, from its end, so that places
// before them stay what they are.
func mendWording(text string, account int64, found []check.Finding) string {
	letters := []rune(text)

	for i := len(found) - 1; i >= 0; i-- {
		f := found[i]
		if f.AccountID != account || f.Suggestion == "" || f.End > len(letters) {
			continue
		}
		letters = append(letters[:f.Start:f.Start], append([]rune(f.Suggestion), letters[f.End:]...)...)
	}

	return string(letters)
}

// handle names an account of the matrix.
func (s *Show) handle(id int64) string {
	for _, a := range s.Matrix.Accounts {
		if a.ID == id {
			return a.At()
		}
	}

	return ""
}
