package library

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/pg"
)

// The signs behind which a text names something.
const (
	Topic   = "#" // a topic stands between two
	Mention = "@"
)

var named = map[string]*regexp.Regexp{
	Topic:   regexp.MustCompile(`[#＃]([^#＃\n]{1,40})[#＃]`),
	Mention: regexp.MustCompile(`[@＠]([\p{Han}\p{L}\p{N}_-]{1,30})`),
}

const mostCompleted = 8

// Complete gives the topics, or the names, that begin with what was typed in the latest published texts that
// have any: those that stand in most of them first.
func (s *Service) Complete(
	ctx context.Context,
	actor access.Actor,
	sign, typed string,
) (words []string, err error) {
	defer fault.Step(&err, "library.Complete")

	pattern := named[sign]
	if pattern == nil || strings.ContainsAny(typed, " \t\n") {
		return nil, nil
	}
	if !actor.Can(access.PostView) {
		return nil, fault.Forbidden("您的角色没有这项权限")
	}
	walk, err := s.newWalk(Query{Words: sign + typed})
	if err != nil {
		return nil, err
	}
	walk.need = walk.limit // nothing is counted
	if err := s.db.InTx(ctx, func(tx pg.Tx) error { return walk.run(ctx, tx) }); err != nil {
		return nil, err
	}
	texts, err := readPublished(ctx, s.db, walk.found)

	return completions(texts, pattern, lexicon.Fold(typed)), err
}

// completions are what the pattern finds in texts and what begins with the folded word, the most frequent
// first, else the latest.
func completions(texts []Published, pattern *regexp.Regexp, typed string) (words []string) {
	times := map[string]int{}

	for _, text := range texts {
		for _, found := range pattern.FindAllStringSubmatch(text.Text, -1) {
			word := strings.TrimSpace(found[1])
			if !strings.HasPrefix(lexicon.Fold(word), typed) {
				continue
			}
			if times[word] == 0 {
				words = append(words, word)
			}
			times[word]++
		}
	}
	slices.SortStableFunc(words, func(a, b string) int { return times[b] - times[a] })

	return words[:min(len(words), mostCompleted)]
}
