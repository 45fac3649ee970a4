# needs: curl nginx
mkdir -p www tmp && head -c 300000 /dev/zero >www/480p-0000.ts
cat >nginx.conf <<END
pid nginx.pid; error_log error.log; daemon off; master_process off;
events {}
http {
  access_log off; client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  server { listen 127.0.0.1:8143; root www; add_header Cache-Control "max-age=31536000, public, immutable"; }
}
END
nginx -p "$PWD" -c nginx.conf &
B=http://127.0.0.1:8143
for _ in $(seq 100); do curl -s -o /dev/null $B/ && break; sleep 0.05; done
