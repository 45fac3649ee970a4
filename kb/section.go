package kb

// sectionTitles are the sections in reading order: directory and title.
var sectionTitles = [...][2]string{
	{"start", "Start here"},
	{"foundations", "Foundations and craft"},
	{"languages", "Languages and frameworks"},
	{"dsa", "Data structures and algorithms"},
	{"systems", "Networking and operating systems"},
	{"relational", "Relational databases and SQL"},
	{"nosql", "NoSQL and specialised stores"},
	{"apis", "APIs and integration"},
	{"performance", "Caching, performance and scaling"},
	{"messaging", "Messaging, events and streaming"},
	{"architecture", "Architecture and design patterns"},
	{"distributed", "Distributed systems and resilience"},
	{"security", "Security and compliance"},
	{"testing", "Testing and debugging"},
	{"cloud", "Cloud, serverless and containers"},
	{"delivery", "DevOps, CI/CD and infrastructure as code"},
	{"observability", "Observability and reliability (SRE)"},
	{"ai", "AI, ML and emerging technology"},
	{"interview", "Interviews: system design, technical, behavioural"},
	{"career", "Career and professional skills"},
	{"projects", "Projects"},
}

// OwnSection is the name of the section that holds a person's own pages; it
// comes last.
const OwnSection = "own"

const ownTitle = "My pages"

func sectionNames() []string {
	names := make([]string, len(sectionTitles))
	for i, s := range sectionTitles {
		names[i] = s[0]
	}
	return names
}

func sectionTitle(name string) string {
	for _, s := range sectionTitles {
		if s[0] == name {
			return s[1]
		}
	}
	if name == OwnSection {
		return ownTitle
	}
	return name
}

// sectionRank orders sections; unknown ones, of which a tree under check may
// have some, come after the known ones and before a person's own pages.
func sectionRank(name string) int {
	for i, s := range sectionTitles {
		if s[0] == name {
			return i
		}
	}
	if name == OwnSection {
		return len(sectionTitles) + 1
	}
	return len(sectionTitles)
}
