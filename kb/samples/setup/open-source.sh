# needs: git
# The project's repository and the contributor's fork, both bare.
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME='Ada Example' GIT_AUTHOR_EMAIL=ada@example.com
export GIT_COMMITTER_NAME='Ada Example' GIT_COMMITTER_EMAIL=ada@example.com
git init -q --bare -b main up.git
git clone -q up.git seed 2>/dev/null
echo 'Formats durations for people.' > seed/README
git -C seed add README
git -C seed commit -q -m 'Add README'
git -C seed push -q origin HEAD:main
git clone -q --bare up.git fork.git
