# needs: git
export GIT_AUTHOR_NAME=ada GIT_AUTHOR_EMAIL=ada@example.com
export GIT_COMMITTER_NAME=ada GIT_COMMITTER_EMAIL=ada@example.com
export GIT_CONFIG_GLOBAL=/dev/null
