window.YTD.account.part0 = [
  {
    "account": {
      "email": "support@marlowe-finch.example",
      "createdVia": "web",
      "username": "MarloweFinch",
      "accountId": "1180345678901234567",
      "createdAt": "2019-10-05T09:12:00.000Z",
      "accountDisplayName": "Marlowe & Finch"
    }
  }
]