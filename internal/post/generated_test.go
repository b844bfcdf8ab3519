package post

import "testing"

func TestWhatIsDeclaredStandsUnderEveryWording(t *testing.T) {
	t.Parallel()
	both := Generated{Text: true, Pictures: true}

	for _, c := range []struct {
		says Generated
		text string
		want string
	}{
		{Generated{}, "今日空气质量良", "今日空气质量良"},
		{Generated{Text: true}, "今日空气质量良", "今日空气质量良\n内容由AI生成"},
		{Generated{Pictures: true}, "今日空气质量良", "今日空气质量良\n图片由AI生成"},
		{both, "今日空气质量良", "今日空气质量良\n内容由AI生成，图片由AI生成"},
		{both, "良\n内容由AI生成", "良\n内容由AI生成\n图片由AI生成"},
		{both, "良\n（内容由AI生成、图片由AI生成）\n#北京#", "良\n（内容由AI生成、图片由AI生成）\n#北京#"},
		{Generated{Text: true}, "本文并非内容由AI生成", "本文并非内容由AI生成\n内容由AI生成"},
		{Generated{Text: true}, "", "内容由AI生成"},
	} {
		own := c.text
		v := Version{Text: c.text, Generated: c.says, Targets: []Target{{Variant: &own}, {}}}
		got := v.Declared()
		if got.Text != c.want || *got.Targets[0].Variant != c.want || got.Targets[1].Variant != nil {
			t.Errorf("%+v under %q: %q, %q", c.says, c.text, got.Text, *got.Targets[0].Variant)
		}
		if again := got.Declared(); again.Text != got.Text || v.Text != c.text || own != c.text {
			t.Errorf("%q said twice, or changed what was given: %q", c.text, again.Text)
		}
	}
}
