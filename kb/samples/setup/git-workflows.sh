# The page makes a repository of its own in the scratch directory and needs
# nothing else; its output holds no hashes and no dates.
