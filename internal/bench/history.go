package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"juzhen/internal/access"
)

// historyRows is as many past posts as one file may hold.
const historyRows = 50_000

// historyWanted bounds the import of a full file by the clock, and by the bare statement that writes
// the same posts.
func historyWanted() []want {
	return []want{
		{key: "import_ms", most: 10_000, every: true},
		{key: "import_ms", baseline: "bare_ms", most: 20},
	}
}

// history brings a full file of past posts in by the interface, and writes the same rows once more by
// one statement.
func history(ctx context.Context, f *field) (values, error) {
	console, err := f.running()
	if err != nil {
		return nil, err
	}
	admin, err := f.signedIn(ctx, "bench-admin", access.Administrator)
	if err != nil {
		return nil, err
	}

	f.histories++
	id := f.histories % f.n
	began := time.Now()
	if err := sendHistory(
		ctx,
		fmt.Sprintf("%s/api/v1/accounts/%d/history", console.base, id),
		admin,
		pastPosts(f.histories),
	); err != nil {
		return nil, err
	}
	took := time.Since(began)

	began = time.Now()
	if _, err := f.db.Pool().
		Exec(ctx, fmt.Sprintf(`CREATE TABLE bare_posts (LIKE platform_posts INCLUDING ALL);
INSERT INTO bare_posts OVERRIDING SYSTEM VALUE SELECT * FROM platform_posts WHERE account_id = %d`,
			id)); err != nil {
		return nil, err
	}
	bare := time.Since(began)
	_, err = f.db.Pool().Exec(ctx, "DROP TABLE bare_posts")

	return values{"rows": historyRows, "import_ms": ms(took), "bare_ms": ms(bare)}, err
}

// sendHistory sends a file and wants every row taken.
func sendHistory(ctx context.Context, address, token string, file []byte) error {
	req, err := upload(address, "past.csv", bytes.NewReader(file))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := (&http.Client{Timeout: slack(2 * time.Minute)}).Do(req.WithContext(ctx))
	if err != nil {
		return err
	}
	defer res.Body.Close()

	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	var report struct{ New int }
	if err := json.Unmarshal(
		answer,
		&report,
	); err != nil || res.StatusCode != http.StatusOK ||
		report.New != historyRows {
		return fmt.Errorf("the import answered %s: %.300s", res.Status, answer)
	}

	return nil
}

// pastPosts is a file of posts over three years; each round has others.
func pastPosts(round int) []byte {
	var b bytes.Buffer
	b.WriteString("微博ID,发布时间,正文,转发数,评论数,点赞数\n")

	first := time.Date(2020, 1, 1, 8, 0, 0, 0, time.UTC)
	for i := range historyRows {
		at := first.Add(time.Duration(i) * 30 * time.Minute)
		fmt.Fprintf(&b, "%d,%s,\"今日空气质量播报，第 %d 期：以良为主，\n请关注\",%d,%d,%d\n",
			4_456_240_500_000_000+round*historyRows+i, at.Format("2006-01-02 15:04"), i, i%9, i%5, i%70)
	}

	return b.Bytes()
}
