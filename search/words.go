package search

import "strings"

func wordSet(lists ...string) map[string]bool {
	set := map[string]bool{}
	for _, list := range lists {
		for w := range strings.FieldsSeq(list) {
			set[w] = true
		}
	}
	return set
}

// stopWords carry no meaning of their own. They are looked for only when a
// query has nothing else. The list has the small words of English and those of
// a question, folded as a query is.
var stopWords = wordSet(
	`a an the and or of in on at to for from by with without within into onto over under about as is are was were be been being am
	it its it's this that these those there here then than so such not no nor but if while because whether
	i me my mine you your yours we our ours us he she they them their theirs his her him who whom whose
	do does did done doing dont doesnt didnt can cant cannot could couldnt should shouldnt would wouldnt will wont shall may might must
	have has had having get gets got getting let lets
	how what when where why which whats hows
	vs versus between difference differences different mean means meaning explain explained tell
	s t re ve ll d m im ive id
	any some all each every both either neither other another same own
	please just only also too very much many more most really actually even still ever
	up out off down again further`,
)

// weakWords carry some meaning, but rarely what a question is about. They
// count little beside others. Given as terms, that is without plural and tense.
var weakWords = func() map[string]bool {
	set := map[string]bool{}
	for w := range wordSet(
		`use used using make makes making made need needs want wants try trying work works working come
		way ways thing things something anything someone one two three good better best right bad new old
		happen happens find know learn understand give gives take takes put keep keeps show shows help helps
		prevent avoid stop start begin choose pick decide handle handling deal
		possible correct correctly properly proper important common example examples basics basic intro introduction tutorial guide
		between during before after always never often sometimes first last next
		big small large little long short
		people person user users company
		implement implementing implementation create creating build building
		problem problems issue issues question questions interview
		type types kind kinds`,
	) {
		set[stem(w)] = true
	}
	return set
}()
