package identity

// AddressBucket is where failures of an address are counted.
func (s *Service) AddressBucket(ip string) string { return s.buckets.address(ip) }

// Guessable tells whether a password is guessed early.
func Guessable(password string, known ...string) bool { return guessable(password, known...) }
