# needs: openssl
