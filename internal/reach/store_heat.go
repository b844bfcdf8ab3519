package reach

import (
	"context"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/beijing"
)

// slotRow is one hour of the week as the statement returns it: the weekday from 1 (Monday) to 7; both are
// −1 in the row over all posts.
type slotRow struct {
	Weekday, Hour int
	Posts         int64
	Median        float64
}

// selectSlots counts an account's posts by the hour of the week, those alone whose figures were taken a day
// after or later.
func selectSlots(ctx context.Context, q querier, accountID int64, period Period) ([]slotRow, error) {
	return rows[slotRow](ctx, q, `
SELECT coalesce(weekday, -1) AS weekday, coalesce(hour, -1) AS hour, count(*) AS posts,
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY interactions), 0) AS median
FROM (
    SELECT extract(isodow FROM `+beijing.LocalSQL("posted_at")+`)::int AS weekday,
           extract(hour FROM `+beijing.LocalSQL("posted_at")+`)::int AS hour,
           reposts + comments + likes AS interactions
    FROM platform_posts
    WHERE account_id = @account_id AND posted_at >= @from AND posted_at < @to AND state <> 'removed'
        AND read_at >= posted_at + interval '1 day') p
GROUP BY GROUPING SETS ((weekday, hour), ())
ORDER BY weekday, hour`, pgx.NamedArgs{"account_id": accountID, "from": period.From, "to": period.To})
}
