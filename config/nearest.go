package config

// nearest returns the candidate with the fewest single-letter changes from word, the first of equals; empty if even
// that one has little in common with it.
func nearest(word string, candidates []string) string {
	best, fewest := "", len(word)/2+1
	for _, c := range candidates {
		if n := distance(word, c); n < fewest {
			best, fewest = c, n
		}
	}
	return best
}

// distance is Levenshtein's, over bytes: keys are ASCII.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
