package channel_test

import (
	"testing"

	"juzhen/internal/channel"
	"juzhen/internal/courier"
)

func TestEveryKindAndStateSpeaks(t *testing.T) {
	t.Parallel()

	for _, kind := range channel.Kinds() {
		if !kind.Valid() || kind.Help() == "" {
			t.Errorf("%s", kind)
		}
	}
	if channel.Kind("fax").Valid() || !channel.DingTalk.Signs() || channel.WeCom.Signs() ||
		channel.Mail.Signs() {
		t.Error("which kinds there are, and which sign")
	}

	for want, one := range map[channel.State]channel.Channel{
		channel.Off: {Failures: 2}, channel.Untried: {Active: true}, channel.Fails: {Active: true, Failures: 1},
	} {
		if one.State() != want || want.Label() == "" {
			t.Errorf("%+v is %s, want %s", one, one.State(), want)
		}
	}
	if courier.TLS.Label() == "" {
		t.Error("a way of encryption says nothing")
	}
}
