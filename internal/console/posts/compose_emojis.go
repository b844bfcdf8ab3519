package posts

import "strings"

// emojis are those that posts of an environment bureau use; a phone's own keyboard has the rest. Whoever
// listens hears the name that the reader's own program has for each.
const emojis = "😀 👍 👏 💪 🙏 ❤️ 🌱 🌳 🌸 🍃 🌍 💧 ☀️ 🌤️ ☁️ 🌧️ ❄️ 🌫️ ⚠️ 📢 📅 📍 📞 👉 ✅ ❌ 🔴 🚗 🚲 ♻️"

// Emojis are beside the text: one press writes one.
func (p composePage) Emojis() []string { return strings.Fields(emojis) }
