package api

import (
	"strconv"

	"juzhen/internal/fault"
)

// Paging asks for a part of a list.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"200" doc:"上一页答复中的 next；不填为第一页"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"一页最多几项"`
}

// list is one page of a list.
type list[T any] struct {
	written
	Items []T    `json:"items"`
	Next  string `json:"next" doc:"下一页的 cursor；空为已到末尾"`
}

// paged shows a page that the use case cut.
func paged[R, T any](rows []R, next string, show func(R) T) *out[list[T]] {
	return &out[list[T]]{list[T]{Items: each(rows, show), Next: next}}
}

// whole shows a list that has one page only.
func whole[R, T any](rows []R, show func(R) T) *out[list[T]] {
	return &out[list[T]]{list[T]{Items: each(rows, show)}}
}

// sliced gives one page of a list that the use case gives whole. The cursor is the id behind which it
// goes on.
func sliced[R, T any](rows []R, paging Paging, id func(R) int64, show func(R) T) (*out[list[T]], error) {
	from := 0
	if paging.Cursor != "" {
		after, err := strconv.ParseInt(paging.Cursor, 10, 64)
		for from < len(rows) && id(rows[from]) != after {
			from++
		}
		if from++; err != nil || from > len(rows) {
			return nil, fault.Invalid("cursor", "列表已变化，请从第一页重新读取")
		}
	}
	to := min(from+paging.Limit, len(rows))
	page := list[T]{Items: each(rows[from:to], show)}
	if to < len(rows) {
		page.Next = strconv.FormatInt(id(rows[to-1]), 10)
	}

	return &out[list[T]]{page}, nil
}

// each is never null in JSON.
func each[R, T any](rows []R, show func(R) T) []T {
	shown := make([]T, len(rows))
	for i, r := range rows {
		shown[i] = show(r)
	}

	return shown
}
