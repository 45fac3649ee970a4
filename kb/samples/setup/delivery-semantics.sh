{
	redis-cli XADD pay 1-1 payment P-1 cents 500
	redis-cli XADD pay 2-1 payment P-2 cents 700
	redis-cli XGROUP CREATE pay ledger 0
} >/dev/null
# before 2
sleep 0.6
