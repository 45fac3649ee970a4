# needs: basenc
printf '%s' '{"iss":"https://id.example.com","aud":"orders-api","sub":"user-42","exp":1763800600}' |
	basenc --base64url -w0 | tr -d = | sed 's/^/header./; s/$/.signature/' >token.txt
