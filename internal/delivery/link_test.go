package delivery

import (
	"testing"

	"juzhen/internal/post"
)

func TestShortFormOfAnIDIsTheInverse(t *testing.T) {
	t.Parallel()

	for _, id := range []string{
		"3501756485200075", "5000000000000001", "4100000000000062", "9999999999999999",
	} {
		back, err := post.ReadLink("link", "https://weibo.com/1/"+post.EncodeMID(id))
		if err != nil || back != (post.Link{UID: "1", ID: id}) {
			t.Errorf("%s became %s and %+v (%v)", id, post.EncodeMID(id), back, err)
		}
	}
	if got := post.EncodeMID("3501756485200075"); got != "z0JH2lOMb" {
		t.Errorf("got %s", got)
	}
}

// TestAnAddressIsOneOfTheWeb: whatever a row holds, nothing else becomes a link.
func TestAnAddressIsOneOfTheWeb(t *testing.T) {
	t.Parallel()

	id := "3501756485200075"
	for kept, want := range map[string]string{
		"https://weibo.com/1/z0JH2lOMb":             "https://weibo.com/1/z0JH2lOMb",
		"javascript://weibo.com/1/z0JH2lOMb%0aa(1)": "https://weibo.com/2039018811/z0JH2lOMb",
		"data:text/html,x":                          "https://weibo.com/2039018811/z0JH2lOMb",
		"":                                          "https://weibo.com/2039018811/z0JH2lOMb",
	} {
		delivery := Delivery{RemoteURL: &kept, RemoteID: &id, AccountUID: "2039018811"}
		if got := delivery.URL(); got != want {
			t.Errorf("%q shows %q, want %q", kept, got, want)
		}
	}
}
