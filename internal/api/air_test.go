package api_test

import (
	"net/http"
	"testing"
)

func TestAirIndexOfADayWithTwoPrimaryPollutants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	w.call("writer", "POST", "/air/index", body{
		"at":        "2026-11-30T04:00:00Z",
		"averaging": "day",
		"values": body{
			"pm25": 60.5, "pm10": 120, "so2": 10, "no2": 20, "co": 0.5, "o3_8h": 80,
		},
	}).want(http.StatusOK).
		says("100", "aqi").says("100", "iaqi", "pm25").says("13", "iaqi", "co").
		says("2", "level").says("良", "class").says("黄", "colour").
		says("pm25", "primary", 0).says("pm10", "primary", 1).
		says("HJ633-2026", "standard").says("true", "published")
}

// TestAirIndexByTheStandardOfItsDay: a value of before March 2026 is read from the tables of then, unless
// another edition is asked for.
func TestAirIndexByTheStandardOfItsDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := body{"at": "2026-02-28T15:59:59Z", "averaging": "day", "values": body{"pm25": 68}}

	w.call("writer", "POST", "/air/index", asked).want(http.StatusOK).
		says("92", "aqi").says("HJ633-2012", "standard").says("false", "published")
	asked["standard"] = "HJ633-2026"
	w.call("writer", "POST", "/air/index", asked).want(http.StatusOK).
		says("108", "aqi").says("轻度污染", "class").says("true", "published")
}

func TestAirIndexOfAnHourWithValuesMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	got := w.call("writer", "POST", "/air/index", body{
		"averaging": "hour",
		"values":    body{"pm25": 35, "o3": 160, "co": nil},
	}).want(http.StatusOK).says("50", "aqi").says("优", "class").says("false", "published")
	if got.len("primary") != 0 {
		t.Errorf("primary pollutants of a good hour: %s", got.Body)
	}
}

func TestAirIndexRefusesWhatIsNoConcentration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for name, c := range map[string]struct {
		asked          body
		location, code string
	}{
		"none":        {body{"averaging": "day", "values": body{}}, "body.values", "required"},
		"all missing": {body{"averaging": "day", "values": body{"co": nil}}, "body.values", "required"},
		"unknown": {
			body{"averaging": "day", "values": body{"lead": 1}}, "body.values.lead", "unknown_name",
		},
		"other ozone": {body{"averaging": "day", "values": body{"o3": 1}}, "body.values.o3", "unknown_name"},
		"negative":    {body{"averaging": "day", "values": body{"co": -0.1}}, "body.values.co", "minimum"},
		"far too much": {
			body{"averaging": "day", "values": body{"co": 10000.1}}, "body.values.co", "maximum",
		},
		"no number": {body{"averaging": "day", "values": body{"co": "1"}}, "body.values.co", "not_number"},
		"averaging": {body{"averaging": "week", "values": body{"co": 1}}, "body.averaging", "one_of"},
		"standard": {
			body{"averaging": "day", "standard": "HJ633-2019", "values": body{"co": 1}},
			"body.standard", "one_of",
		},
	} {
		got := w.call("writer", "POST", "/air/index", c.asked)
		if got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, got.Code, got.Body)
			continue
		}
		got.says(c.location, "errors", 0, "location").says(c.code, "errors", 0, "code")
	}
}
