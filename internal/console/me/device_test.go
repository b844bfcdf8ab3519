package me

import "testing"

func TestDevicesInAFewWords(t *testing.T) {
	t.Parallel()

	for agent, want := range map[string]string{
		"": "浏览器或程序",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36":                   "Chrome · Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0":         "Edge · Windows",
		"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/123.0 Safari/537.36 QQBrowser/13.0":                "QQ 浏览器 · Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1 Version/18.0 Safari/605.1":                  "Safari · macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Mobile/15E148 MicroMessenger/8.0": "微信 · iPhone",
		"Mozilla/5.0 (Linux; Android 16; HarmonyOS) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36":           "Chrome · HarmonyOS",
		"Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36":                      "Chrome · Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                    "Firefox · Linux",
		"curl/8.9": "浏览器或程序",
	} {
		if got := device(agent); got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
}
