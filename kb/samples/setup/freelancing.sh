# needs: awk
