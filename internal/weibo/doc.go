// Package weibo speaks the HTTP API of Sina Weibo: authorisation, posting, taking down, reading back
// and counting, with every error code mapped to an outcome and a retry class (docs/weibo.md). It does
// not store, schedule or resend anything, and it knows no account, post or delivery of the console.
package weibo
