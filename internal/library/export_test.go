package library

// Effort sets how many texts a search reads one by one, and how many one look into the index may give.
func Effort(s *Service, near, most int) { s.effort = effort{near, most} }
