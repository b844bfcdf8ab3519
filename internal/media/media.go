// Package media keeps the pictures of posts: it checks and re-encodes what people upload and stores it under its hash.
// It does not decide what a post shows, and sends nothing.
package media
