package reach

import (
	"io"
	"strconv"
	"time"

	"juzhen/internal/beijing"
)

// Table is a list as a file for spreadsheets: the same columns wherever it is asked for. Each writes
// the rows, one by one.
type Table struct {
	Head []string
	Each func(write func(row []string) error) error
}

// Write writes the table; rows go out as they come.
func (t Table) Write(w io.Writer) error {
	out := NewCSV(w, t.Head)
	if err := t.Each(out.Write); err != nil {
		return err
	}

	return out.Close()
}

// Words translates the headings and the few words within cells.
type Words func(text string, args ...any) string

// MatrixTable is the accounts of a period, given one by one, and their sum.
func MatrixTable(rows func(fn func(Row) error) (Row, error), words Words) Table {
	none := words("不可用")

	return Table{
		Head: []string{
			words("账号"), words("主办单位"), words("粉丝数"), words("净增"), words("发布数"), words("上一时段发布数"),
			words("原创"), words("互动数"), words("上一时段互动数"), words("转发"), words("评论"), words("点赞"),
			words("条均互动"), words("阅读数"), words("有阅读数的微博"), words("最近发布"),
		},
		Each: func(write func([]string) error) error {
			total, err := rows(func(row Row) error { return write(row.cells(none)) })
			if err != nil {
				return err
			}
			total.Handle = words("合计")

			return write(total.cells(none))
		},
	}
}

// DaysTable is the days of a period.
func DaysTable(days []Point, words Words) Table {
	none := words("不可用")

	return Table{
		Head: []string{
			words("日期"), words("粉丝数"), words("发布数"), words("原创"), words("转发"), words("评论"),
			words("点赞"), words("互动数"), words("阅读数"), words("有阅读数的微博"),
		},
		Each: eachRow(days, func(point Point) []string {
			return []string{
				point.Day.Format(time.DateOnly), figure(point.Followers, none),
				figure(point.Posts, none), figure(point.Originals, none),
				figure(point.Reposts, none), figure(point.Comments, none),
				figure(point.Likes, none), figure(point.Interactions(), none),
				figure(point.Reads, none), count(point.ReadPosts),
			}
		}),
	}
}

// ReadingsTable is the looks at an account.
func ReadingsTable(readings []AccountReading, words Words) Table {
	return Table{
		Head: []string{words("读数时间"), words("粉丝数"), words("关注数"), words("微博数")},
		Each: eachRow(readings, func(reading AccountReading) []string {
			return []string{
				minute(
					&reading.TakenAt,
				),
				count(reading.Followers),
				count(reading.Friends),
				count(reading.Posts),
			}
		}),
	}
}

// PostsTable is posts as the platform shows them.
func PostsTable(posts []Post, words Words) Table {
	none := words("不可用")

	return Table{
		Head: []string{
			words("账号"), words("发布时间"), words("来源"), words("正文"), words("转发"), words("评论"),
			words("点赞"), words("互动数"), words("阅读数"), words("读数时间"), words("链接"),
		},
		Each: eachRow(posts, func(post Post) []string {
			return []string{
				post.Handle, minute(&post.PostedAt), words(post.Origin.Label()), post.Text,
				count(post.Counts.Reposts), count(post.Counts.Comments), count(post.Counts.Likes),
				count(post.Counts.Interactions()), figure(post.Counts.Reads, none),
				minute(post.ReadAt), post.URL(),
			}
		}),
	}
}

func eachRow[T any](list []T, cells func(T) []string) func(write func([]string) error) error {
	return func(write func([]string) error) error {
		for _, x := range list {
			if err := write(cells(x)); err != nil {
				return err
			}
		}

		return nil
	}
}

func (r Row) cells(none string) []string {
	each := none
	if v, ok := r.PerPost(); ok {
		each = strconv.FormatFloat(v, 'f', 2, 64)
	}

	return []string{
		r.Handle, r.UnitName, figure(r.Followers, none), figure(r.Gained.Now, none),
		figure(r.Posts.Now, none), figure(r.Posts.Before, none), count(r.Originals),
		figure(r.Interacted.Now, none), figure(r.Interacted.Before, none), count(r.Reposts),
		count(r.Comments), count(r.Likes), each, figure(r.Reads, none), count(r.ReadPosts),
		minute(r.LastPost),
	}
}

func figure(v *int64, none string) string {
	if v == nil {
		return none
	}

	return count(*v)
}

func count(v int64) string { return strconv.FormatInt(v, 10) }

// minute is an instant in Beijing time; empty for none.
func minute(at *time.Time) string {
	if at == nil {
		return ""
	}

	return at.In(beijing.Zone).Format("2006-01-02 15:04")
}
