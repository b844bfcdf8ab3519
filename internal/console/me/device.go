package me

import "strings"

// device names browser and system in a few words, from what the browser says of itself. It is a help
// for remembering, never a proof.
func device(agent string) string {
	browser := first(agent, "浏览器或程序", [][2]string{
		{"MicroMessenger", "微信"},
		{"Edg/", "Edge"},
		{"QQBrowser", "QQ 浏览器"},
		{"Firefox", "Firefox"},
		{"Chrome", "Chrome"},
		{"Safari", "Safari"},
	})
	system := first(agent, "", [][2]string{
		{"HarmonyOS", "HarmonyOS"},
		{"Android", "Android"},
		{"iPhone", "iPhone"},
		{"iPad", "iPad"},
		{"Windows", "Windows"},
		{"Mac OS", "macOS"},
		{"Linux", "Linux"},
	})
	if system == "" {
		return browser
	}

	return browser + " · " + system
}

func first(s, otherwise string, names [][2]string) string {
	for _, n := range names {
		if strings.Contains(s, n[0]) {
			return n[1]
		}
	}

	return otherwise
}
