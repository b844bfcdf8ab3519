package rest

import (
	"strconv"

	"juzhen/internal/fault"
)

// Paging asks for a part of a list.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"200" doc:"上一页答复中的 next；不填为第一页"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"一页最多几项"`
}

// List is one page of a list.
type List[T any] struct {
	Written
	Items []T    `json:"items"`
	Next  string `json:"next" doc:"下一页的 cursor；空为已到末尾"`
}

// Paged shows a page that the use case cut.
func Paged[R, T any](rows []R, next string, show func(R) T) *Out[List[T]] {
	return &Out[List[T]]{List[T]{Items: Each(rows, show), Next: next}}
}

// Whole shows a list that has one page only.
func Whole[R, T any](rows []R, show func(R) T) *Out[List[T]] {
	return &Out[List[T]]{List[T]{Items: Each(rows, show)}}
}

// Sliced gives one page of a list that the use case gives whole. The cursor is the id behind which it
// goes on.
func Sliced[R, T any](rows []R, paging Paging, id func(R) int64, show func(R) T) (*Out[List[T]], error) {
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
	page := List[T]{Items: Each(rows[from:to], show)}
	if to < len(rows) {
		page.Next = strconv.FormatInt(id(rows[to-1]), 10)
	}

	return &Out[List[T]]{page}, nil
}

// Each is never null in JSON.
func Each[R, T any](rows []R, show func(R) T) []T {
	shown := make([]T, len(rows))
	for i, r := range rows {
		shown[i] = show(r)
	}

	return shown
}
