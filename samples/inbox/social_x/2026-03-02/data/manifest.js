window.__THAR_CONFIG = {
  "userInfo": {
    "accountId": "1180345678901234567",
    "userName": "MarloweFinch",
    "displayName": "Marlowe & Finch"
  },
  "archiveInfo": {
    "sizeBytes": "0",
    "isPartialArchive": false,
    "maxPartSizeBytes": "53687091200"
  },
  "dataTypes": {
    "account": {
      "mediaDirectory": "data/account_media",
      "files": [
        {
          "fileName": "data/account.js",
          "globalName": "YTD.account.part0",
          "count": "1"
        }
      ]
    },
    "tweets": {
      "mediaDirectory": "data/tweets_media",
      "files": [
        {
          "fileName": "data/tweets.js",
          "globalName": "YTD.tweets.part0",
          "count": "5"
        }
      ]
    },
    "directMessages": {
      "mediaDirectory": "data/direct_messages_media",
      "files": [
        {
          "fileName": "data/direct-messages.js",
          "globalName": "YTD.direct_messages.part0",
          "count": "10"
        }
      ]
    }
  }
}