package reach

import (
	"io"
	"strconv"
	"time"
)

// Table is a list as a file for spreadsheets: the same columns wherever it is asked for. Each writes the rows, one by one.
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
func MatrixTable(rows func(fn func(Row) error) (Row, error), t Words) Table {
	none := t("不可用")
	return Table{Head: []string{t("账号"), t("主办单位"), t("粉丝数"), t("净增"), t("发布数"), t("上一时段发布数"), t("原创"), t("互动数"), t("上一时段互动数"),
		t("转发"), t("评论"), t("点赞"), t("条均互动"), t("阅读数"), t("有阅读数的微博"), t("最近发布")},
		Each: func(write func([]string) error) error {
			total, err := rows(func(r Row) error { return write(r.cells(none)) })
			if err != nil {
				return err
			}
			total.Handle = t("合计")
			return write(total.cells(none))
		}}
}

// DaysTable is the days of a period.
func DaysTable(days []Point, t Words) Table {
	none := t("不可用")
	return Table{Head: []string{t("日期"), t("粉丝数"), t("发布数"), t("原创"), t("转发"), t("评论"), t("点赞"), t("互动数"), t("阅读数"), t("有阅读数的微博")},
		Each: eachRow(days, func(d Point) []string {
			return []string{d.Day.Format(time.DateOnly), figure(d.Followers, none), figure(d.Posts, none), figure(d.Originals, none), figure(d.Reposts, none),
				figure(d.Comments, none), figure(d.Likes, none), figure(d.Interactions(), none), figure(d.Reads, none), count(d.ReadPosts)}
		})}
}

// PostsTable is posts as the platform shows them.
func PostsTable(posts []Post, t Words) Table {
	none := t("不可用")
	return Table{Head: []string{t("账号"), t("发布时间"), t("来源"), t("正文"), t("转发"), t("评论"), t("点赞"), t("互动数"), t("阅读数"), t("读数时间"), t("链接")},
		Each: eachRow(posts, func(p Post) []string {
			return []string{p.Handle, minute(&p.PostedAt), t(p.Origin.Label()), p.Text, count(p.Counts.Reposts), count(p.Counts.Comments),
				count(p.Counts.Likes), count(p.Counts.Interactions()), figure(p.Counts.Reads, none), minute(p.ReadAt), p.URL()}
		})}
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
	return []string{r.Handle, r.UnitName, figure(r.Followers, none), figure(r.Gained.Now, none), figure(r.Posts.Now, none), figure(r.Posts.Before, none),
		count(r.Originals), figure(r.Interacted.Now, none), figure(r.Interacted.Before, none), count(r.Reposts), count(r.Comments),
		count(r.Likes), each, figure(r.Reads, none), count(r.ReadPosts), minute(r.LastPost)}
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
	return at.In(zone).Format("2006-01-02 15:04")
}
